import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../commands/read-arguments.mjs';
import { settingsOf } from '../deploy/deployment.ts';
import { orExplain } from '../local/command-error.mjs';
import { costTable } from './costs.ts';
import { withMarkedPart } from './marked-part.ts';

const USAGE = `npm run costs -- [ENVIRONMENT]

What an hour of so many shows at once costs, of infra/environments/ENVIRONMENT.json. Without one, of the least that a deployment
can be; that table goes into infra/RUNBOOK.md.`;
const [environment] = readArguments(USAGE, { words: 1, options: {} }).positionals;
if (environment !== undefined) {
  await orExplain(async () => console.log(costTable(settingsOf(environment))));
  process.exit(0);
}

const RUNBOOK = fileURLToPath(new URL('../RUNBOOK.md', import.meta.url));
const table = costTable();
const text = await readFile(RUNBOOK, 'utf8');
await writeFile(RUNBOOK, withMarkedPart(text, 'costs', table));
console.log(table);
