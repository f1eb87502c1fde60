import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { isMet, type Bar, type Measured, type Table } from './benchmark.ts';
import type { Machine } from './machine.ts';
import { drawPlot } from './plot.ts';

/** A benchmark's run, as it is kept. */
export type Result = { name: string; measures: string; seconds: number; busy: boolean; machine: Machine } & Pick<
  Measured,
  'tables' | 'bars' | 'notes'
> & { plots: readonly string[] };

const StoredBar = z.object({
  what: z.string(),
  measured: z.number(),
  unit: z.string(),
  bar: z.union([z.object({ atMost: z.number() }), z.object({ atLeast: z.number() })]),
  because: z.optional(z.string()),
});
const Stored = z.object({
  name: z.string(),
  measures: z.string(),
  seconds: z.number(),
  /** The machine did other things, and what fell behind was measured by what arrived. */
  busy: z.optional(z.boolean()),
  machine: z.object({
    processor: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    node: z.string(),
    ffmpeg: z.string(),
    commit: z.string(),
    at: z.string(),
    loadBefore: z.number(),
  }),
  tables: z.array(z.object({ title: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())) })),
  bars: z.array(StoredBar),
  notes: z.array(z.string()),
  plots: z.array(z.string()),
});
/** The newest run, and the one before it. */
const Kept = z.object({ latest: Stored, before: z.optional(Stored) });
type Kept = z.infer<typeof Kept>;

const folder = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const limitOf = ({ bar, unit }: Pick<Bar, 'bar' | 'unit'>): string =>
  'atMost' in bar ? `≤ ${bar.atMost} ${unit}` : `≥ ${bar.atLeast} ${unit}`;

/** A table as Markdown has it. */
const toMarkdown = ({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string =>
  [columns, columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** The same for a terminal. */
export const toText = ({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string => {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  return [line(columns), ...rows.map(line)].join('\n');
};

export const barsTable = (bars: readonly Bar[], before?: readonly Pick<Bar, 'what' | 'measured'>[]): Table => ({
  title: 'Bars',
  columns: ['', 'measured', ...(before ? ['the run before'] : []), 'bar', ''],
  rows: bars.map((bar) => [
    bar.what,
    `${bar.measured} ${bar.unit}`,
    ...(before ? [String(before.find(({ what }) => what === bar.what)?.measured ?? '–')] : []),
    limitOf(bar),
    isMet(bar) ? 'met' : `not met${bar.because === undefined ? '' : `: ${bar.because}`}`,
  ]),
});

/** Keeps a run beside the one before it, and its plots. */
export const keepResult = async (result: Omit<Result, 'plots'>, plots: Measured['plots']): Promise<void> => {
  await Promise.all([mkdir(folder('results'), { recursive: true }), mkdir(folder('plots'), { recursive: true })]);
  for (const plot of plots) await writeFile(folder(`plots/${plot.file}`), drawPlot(plot));
  const before = await readKept(result.name);
  const kept = {
    latest: { ...result, plots: plots.map(({ file }) => file) },
    ...(before && { before: before.latest }),
  };
  await writeFile(folder(`results/${result.name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
};

const readKept = async (name: string): Promise<Kept | undefined> => {
  const text = await readFile(folder(`results/${name}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Kept.parse(JSON.parse(text));
};

/** Writes RESULTS.md anew out of all that is kept. */
export const writeResults = async (names: readonly string[]): Promise<void> => {
  const all = (await Promise.all(names.map(readKept))).filter((kept) => kept !== undefined);
  const sections = all.map(({ latest, before }) =>
    [
      `## ${latest.name}: ${latest.measures}`,
      `\`npm run bench -- --only ${latest.name}${latest.busy === true ? ' --busy' : ''}\` · ${describe(latest.machine)} · took ${Math.round(latest.seconds)} s` +
        (before ? `\n\nThe run before: ${describe(before.machine)}.` : ''),
      ...(latest.bars.length > 0 ? [toMarkdown(barsTable(latest.bars.map(toBar), before?.bars))] : []),
      ...latest.tables.flatMap((table) => [`### ${table.title}`, toMarkdown(table)]),
      ...latest.plots.map((file) => `![${file}](plots/${file})`),
      ...(latest.notes.length > 0 ? [latest.notes.map((note) => `- ${note}`).join('\n')] : []),
    ].join('\n\n'),
  );
  const head = `# Results\n\nWritten by \`npm run bench\`; not to be edited. What is measured, and how: [README.md](README.md). Figures are to be read against each
other within one run, and not across machines.`;
  await writeFile(folder('RESULTS.md'), `${[head, ...sections].join('\n\n')}\n`);
};

const toBar = ({ because, ...bar }: z.infer<typeof StoredBar>): Bar => ({
  ...bar,
  ...(because !== undefined && { because }),
});

const describe = ({ processor, cores, memoryGb, node, ffmpeg, commit, at, loadBefore }: Machine): string =>
  `${at.replace('T', ' ')} UTC, ${cores} cores of ${processor}, ${memoryGb} GB, Node ${node}, FFmpeg ${ffmpeg}, commit ${commit}, load of the machine before it ${loadBefore.toFixed(1)}`;
