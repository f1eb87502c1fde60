import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import { openAccount } from './account.ts';
import { DEFAULT_ENVIRONMENT, settingsOf, stackNameOf } from './deployment.ts';
import { tryAlarm } from './try-alarm.ts';

const USAGE = `npm run alarm:test -- [ENVIRONMENT]

Sets one alarm of the deployment of infra/environments/ENVIRONMENT.json (${DEFAULT_ENVIRONMENT} unless said) off, and says who is
subscribed and has confirmed it. Exit 1 where nobody would hear.`;
const { positionals } = readArguments(USAGE, { words: 1, options: {} });
const [environment = DEFAULT_ENVIRONMENT] = positionals;

await orExplain(async () => {
  const settings = settingsOf(environment);
  const { region } = settings;
  try {
    const stack = await openAccount(region).stack(stackNameOf(settings)('Observability'));
    const topicArn = stack?.outputs['AlarmTopic'];
    if (!topicArn) throw new Error(`${settings.name} is not deployed in ${region}: npm run deploy`);
    const heard = await tryAlarm({
      cloudWatch: new CloudWatchClient({ region }),
      sns: new SNSClient({ region }),
      topicArn,
      say: (line) => console.log(line),
    });
    if (!heard) throw new Error('Nobody would hear an alarm.');
  } catch (cause) {
    throw new CommandError(messageOf(cause), { cause });
  }
});
