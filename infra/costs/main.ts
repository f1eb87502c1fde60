import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { costTable } from './costs.ts';

/** `npm run costs`: prints the table, and puts it into the runbook between its marks. */
const RUNBOOK = fileURLToPath(new URL('../RUNBOOK.md', import.meta.url));
const table = costTable();
const text = await readFile(RUNBOOK, 'utf8');
await writeFile(
  RUNBOOK,
  text.replace(/(<!-- costs -->\n)[\s\S]*(\n<!-- \/costs -->)/, (_, before, after) => before + table + after),
);
console.log(table);
