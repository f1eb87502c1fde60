import { existsSync } from 'node:fs';
import { readArguments } from '../commands/read-arguments.mjs';
import { CommandError, orExplain } from '../local/command-error.mjs';
import { openAccount } from './account.ts';
import { agreeOnTerminal, cdkIn } from './cdk.ts';
import { DEFAULT_ENVIRONMENT, settingsOf } from './deployment.ts';
import { thisMachine } from './machine.ts';
import { requirePreflight, runDeployment } from './run-deployment.ts';

const USAGE = `npm run deploy -- [ENVIRONMENT] [--preflight] [--yes]

All stacks of infra/environments/ENVIRONMENT.json (${DEFAULT_ENVIRONMENT} unless said), to the account of the shell's credentials.

  --preflight   only asks account and machine whether all is there, and says what is not
  --yes         asks nothing, for scripts`;
const { values, positionals } = readArguments(USAGE, {
  words: 1,
  options: { preflight: { type: 'boolean', default: false }, yes: { type: 'boolean', default: false } },
});
const [environment = DEFAULT_ENVIRONMENT] = positionals;
const say = (line: string): void => console.log(line);

await orExplain(async () => {
  const isThere = existsSync(new URL(`../environments/${environment}.json`, import.meta.url));
  // A preflight says all that is missing at once, the settings among it.
  const settings = settingsOf(values.preflight && !isThere ? 'example' : environment);
  const parts = {
    environment,
    settings,
    account: openAccount(settings.region),
    machine: thisMachine,
    cdk: cdkIn(settings.region),
    agree: agreeOnTerminal(values.yes),
    say,
  };
  if (!values.preflight) return void (await runDeployment(parts));
  if (!isThere)
    say(
      `✗ infra/environments/${environment}.json is not there: copy infra/environments/example.json, and say what differs. What follows is for the example.`,
    );
  await requirePreflight(parts);
  if (!isThere) throw new CommandError('The settings are missing; nothing was built and nothing deployed.');
});
