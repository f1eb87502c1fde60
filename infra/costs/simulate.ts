/**
 * One show's audience from a hundred viewers to a million, over the quotas and prices of AWS: what breaks first in each mode, how late
 * a message is, what an hour costs.
 *
 *   npm run simulate -- [--json] [--write]
 *
 * `--write` puts table and plot into infra/decisions/how-large-an-audience.md and .svg.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readArguments } from '../commands/read-arguments.mjs';
import { audiencePlot, audienceTable, reckonAll } from './audience-pages.ts';
import { withMarkedPart } from './marked-part.ts';

const { values } = readArguments('npm run simulate -- [--json] [--write]', {
  options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});
const PAGE = new URL('../decisions/how-large-an-audience.md', import.meta.url);
const PLOT = new URL('../decisions/how-large-an-audience.svg', import.meta.url);

const all = reckonAll();
const table = audienceTable(all);
if (values.write) {
  await writeFile(PAGE, withMarkedPart(await readFile(PAGE, 'utf8'), 'table', `\n${table}\n`));
  await writeFile(PLOT, audiencePlot(all));
}
console.log(values.json ? JSON.stringify(all) : table);
