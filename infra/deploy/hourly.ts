import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import { DEFAULT_ENVIRONMENT, settingsOf } from './deployment.ts';
import { hourlyShow } from './hourly-show.ts';
import { originOf } from './origin-of.ts';
import { makeShow } from './show.ts';

const USAGE = `TOKEN=… npm run show:hourly -- [ENVIRONMENT]

What npm run smoke does, against the deployment of infra/environments/ENVIRONMENT.json (${DEFAULT_ENVIRONMENT} unless said), and its
outcome told to CloudWatch: with "hourlyShow": true an alarm goes off where two hours pass without a good one.`;
const { positionals } = readArguments(USAGE, { words: 1, options: {} });
const [environment = DEFAULT_ENVIRONMENT] = positionals;
const { TOKEN: token } = process.env;

await orExplain(async () => {
  if (!token)
    throw new CommandError('show:hourly needs TOKEN in the environment: an access token of somebody who may go live.');
  const settings = settingsOf(environment);
  try {
    const origin = await originOf(settings);
    await hourlyShow({
      cloudWatch: new CloudWatchClient({ region: settings.region }),
      deployment: settings.name,
      makeShow: () => makeShow({ origin, token, say: (line) => console.log(line) }),
    });
  } catch (cause) {
    throw new CommandError(messageOf(cause), { cause });
  }
});
process.exit(0);
