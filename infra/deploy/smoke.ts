import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import { DEFAULT_ENVIRONMENT, settingsOf } from './deployment.ts';
import { originOf } from './origin-of.ts';
import { makeShow } from './show.ts';

/**
 * A real show against whatever is deployed at an origin. The token is in the environment and no argument: arguments are seen by
 * everybody on a machine.
 */
const USAGE = `TOKEN=… npm run smoke -- [ENVIRONMENT | ORIGIN] [--media FILE] [--seconds 25]

A real show against the deployment of infra/environments/ENVIRONMENT.json (${DEFAULT_ENVIRONMENT} unless said) or whatever answers at
ORIGIN (http://localhost:3000 for npm start), in Mux's test mode (free, five minutes at most, gone in a day). TOKEN is an access
token of somebody who may go live: npm run -s token -- asha has one locally, the browser's own requests hold one elsewhere.`;
const { positionals, values } = readArguments(USAGE, {
  words: 1,
  options: { media: { type: 'string' }, seconds: { type: 'string', default: '25' } },
});
const [where = DEFAULT_ENVIRONMENT] = positionals;
const token = process.env['TOKEN'];
if (!token) {
  console.error(USAGE);
  process.exit(2);
}

await orExplain(async () => {
  const environment = URL.canParse(where) ? undefined : settingsOf(where);
  try {
    const origin = environment ? await originOf(environment) : where;
    await makeShow({
      origin,
      token,
      media: values.media,
      seconds: Number(values.seconds),
      say: (line) => console.log(line),
    });
  } catch (cause) {
    // Whatever is wrong is wrong with what is deployed.
    throw new CommandError(messageOf(cause), { cause });
  }
});
process.exit(0);
