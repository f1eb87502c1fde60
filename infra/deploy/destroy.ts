import { readArguments } from '../commands/read-arguments.mjs';
import { orExplain } from '../local/command-error.mjs';
import { openAccount } from './account.ts';
import { agreeOnTerminal, cdkIn } from './cdk.ts';
import { settingsOf } from './deployment.ts';
import { runDestruction } from './run-deployment.ts';

const USAGE = `npm run destroy -- ENVIRONMENT [--yes]

Takes the stacks of infra/environments/ENVIRONMENT.json down, after it has said what goes and what is kept.`;
const { values, positionals } = readArguments(USAGE, {
  words: 1,
  options: { yes: { type: 'boolean', default: false } },
});
const [environment] = positionals;
if (!environment) {
  console.error(USAGE);
  process.exit(2);
}

await orExplain(async () => {
  const settings = settingsOf(environment);
  await runDestruction({
    environment,
    settings,
    account: openAccount(settings.region),
    cdk: cdkIn(settings.region, process.env),
    agree: agreeOnTerminal(values.yes),
    say: (line) => console.log(line),
  });
});
