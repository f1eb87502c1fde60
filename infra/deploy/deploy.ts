import { existsSync } from 'node:fs';
import { Settings } from '../settings.ts';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, orExplain } from '../local/command-error.mjs';
import { openAccount } from './account.ts';
import { agreeOnTerminal, cdkIn } from './cdk.ts';
import { DEFAULT_ENVIRONMENT, settingsOf } from './deployment.ts';
import { thisMachine } from './machine.ts';
import { requirePreflight, runDeployment, runDiff } from './run-deployment.ts';

const USAGE = `npm run deploy -- [ENVIRONMENT] [--preflight | --diff] [--image NAME@sha256:…] [--yes]

All stacks of infra/environments/ENVIRONMENT.json (${DEFAULT_ENVIRONMENT} unless said), to the account of the shell's credentials.

  --preflight   only asks account and machine whether all is there, and says what is not
  --diff        only says what it would change
  --image       the worker's image that was released, instead of one built from the sources
  --yes         asks nothing, for scripts`;
const { values, positionals } = readArguments(USAGE, {
  words: 1,
  options: {
    preflight: { type: 'boolean', default: false },
    diff: { type: 'boolean', default: false },
    image: { type: 'string' },
    yes: { type: 'boolean', default: false },
  },
});
const [environment = DEFAULT_ENVIRONMENT] = positionals;
const say = (line: string): void => console.log(line);

await orExplain(async () => {
  const isThere = existsSync(new URL(`../environments/${environment}.json`, import.meta.url));
  // A preflight says all that is missing at once, the settings among it.
  const { image } = values;
  const settings = {
    ...settingsOf(values.preflight && !isThere ? 'example' : environment),
    ...(image !== undefined && { image }),
  };
  const right = Settings.shape.image.safeParse(image);
  if (!right.success) throw new CommandError(`--image wants ${right.error.issues[0]?.message ?? ''}`);
  const parts = {
    environment,
    settings,
    account: openAccount(settings.region),
    machine: thisMachine,
    cdk: cdkIn(settings.region, process.env),
    agree: agreeOnTerminal(values.yes),
    say,
  };
  if (values.diff) return runDiff(parts);
  if (!values.preflight) return void (await runDeployment(parts));
  const noSettings = `infra/environments/${environment}.json is not there: copy infra/environments/example.json, and say what differs. The rest is for the example.`;
  await requirePreflight(parts, isThere ? [] : [noSettings]);
});
