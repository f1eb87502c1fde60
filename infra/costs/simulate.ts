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
import { AUDIENCE } from '../../functions/shows/mode.ts';
import { modeAt, reckon, type Reckoned, SIZES } from './audience.ts';
import { plot } from './plot.ts';

const { values } = readArguments('npm run simulate -- [--json] [--write]', {
  options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});
const PAGE = new URL('../decisions/how-large-an-audience.md', import.meta.url);
const PLOT = new URL('../decisions/how-large-an-audience.svg', import.meta.url);
const BETWEEN = /(<!-- table -->\n)[\s\S]*(<!-- \/table -->)/;

const [push, poll] = [SIZES.map((viewers) => reckon(viewers, 'push')), SIZES.map((viewers) => reckon(viewers, 'poll'))];
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
const row = (one: Reckoned): string => {
  const is = modeAt(one.viewers) === one.mode ? `**${one.mode}**` : one.mode;
  const cells = [
    one.viewers.toLocaleString('en'),
    is,
    one.first,
    `${seconds(one.typicalMs)} – ${seconds(one.worstMs)}`,
    one.postsASecond.toLocaleString('en'),
    one.asksASecond.toLocaleString('en'),
    one.originASecond.toLocaleString('en'),
    `$${one.dollarsAnHour.toFixed(2)}`,
  ];
  return `| ${cells.join(' | ')} |`;
};
const table = [
  '| viewers | mode | what is used up first | delay | posts / s | asks / s | rooms are asked / s | an hour |',
  '| ---: | --- | --- | --- | ---: | ---: | ---: | ---: |',
  ...SIZES.flatMap((_, i) => [push[i], poll[i]].flatMap((one) => (one ? [row(one)] : []))),
  '',
].join('\n');

if (values.write) {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(PAGE, page.replace(BETWEEN, `$1\n${table}\n$2`));
  await writeFile(
    PLOT,
    plot(
      [
        { name: 'told', color: '#b3261e', of: push },
        { name: 'asks', color: '#1a5fb4', of: poll },
      ],
      AUDIENCE.cap,
    ),
  );
}
console.log(values.json ? JSON.stringify({ push, poll }) : table);
