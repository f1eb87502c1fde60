import { setTimeout as wait } from 'node:timers/promises';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, messageOf, orExplain } from '../local/command-error.mjs';
import type { Settings } from '../settings.ts';
import { type Account, openAccount } from './account.ts';
import { DEFAULT_ENVIRONMENT, settingsOf, stackNameOf } from './deployment.ts';
import { drain } from './operations/drain.ts';
import { type Operator, outputsOf } from './operations/operator.ts';
import { restore } from './operations/restore.ts';
import { forgetSigningKey, rotateCursor, rotateEdge } from './operations/rotate.ts';
import { takeOff } from './operations/take-off.ts';
import { tellNames } from './run-deployment.ts';

const USAGE = `npm run operate -- ACTION [WHAT] [--environment ${DEFAULT_ENVIRONMENT}]

  names                 how the stacks stand, and what tables, logs, queues, clusters are called
  rotate-cursor         another secret for the cursors of lists
  rotate-edge           another secret between the distribution and the APIs; no request is refused meanwhile
  rotate-signing-key    forgets Mux's signing key; then npm run setup:mux
  drain [TASK]          moves the shows of one worker (the oldest unless said), and ends it
  restore TIME          the table as it was then, into another
  take-off SHOW         ends a show, or gets one unstuck; TOKEN in the environment is a moderator's or its creator's`;
const PAUSE_MS = 5_000;

const { values, positionals } = readArguments(USAGE, {
  words: 2,
  options: { environment: { type: 'string', default: DEFAULT_ENVIRONMENT } },
});
const [action = '', what] = positionals;
const needed = (name: string): string => {
  if (what === undefined) throw new CommandError(`${action} wants ${name}: npm run operate -- --help`);
  return what;
};

type Place = { account: Account; settings: Settings };
const ACTIONS: Record<string, (operator: Operator, place: Place) => Promise<unknown>> = {
  names: ({ say }, place) => tellNames({ ...place, say }),
  'rotate-cursor': rotateCursor,
  'rotate-edge': rotateEdge,
  'rotate-signing-key': forgetSigningKey,
  drain: (operator) => drain(operator, what),
  restore: (operator) => restore(operator, new Date(needed('a time'))),
  'take-off': (operator) => {
    const { TOKEN: token } = process.env;
    if (!token) throw new CommandError('take-off needs TOKEN in the environment.');
    return takeOff({ operator, token }, needed('the id of a show'));
  },
};

await orExplain(async () => {
  const act = ACTIONS[action];
  if (!act) throw new CommandError(`There is no ${action || 'action'} to do: npm run operate -- --help`);
  const settings = settingsOf(values.environment);
  const options = { region: settings.region };
  const account = openAccount(settings.region);
  try {
    const operator: Operator = {
      output: outputsOf((part) => account.stack(stackNameOf(settings)(part))),
      lambda: new LambdaClient(options),
      ecs: new ECSClient(options),
      secrets: new SecretsManagerClient(options),
      dynamodb: new DynamoDBClient(options),
      cloudFront: new CloudFrontClient(options),
      clock: () => new Date(),
      pause: () => wait(PAUSE_MS),
      say: (line) => console.log(line),
    };
    await act(operator, { account, settings });
  } catch (cause) {
    // What AWS refuses is for whoever called to mend.
    throw cause instanceof CommandError ? cause : new CommandError(messageOf(cause), { cause });
  }
});
