/**
 * Many rung-1 shows at once through one worker, in real time: every frame has to arrive, whatever some of them do.
 *
 *   npm run load -- --viewers 2000       one audience instead: ../audience/load-audience.ts
 *   npm run load -- --presence           who is counted as a viewer, and who is not: ../audience/presence.ts
 *   npm run load -- [--sessions 150] [--seconds 60] [--misbehaving 10] [--copier worker|ffmpeg] [--json] [--log]
 *
 * Of the sessions, `--misbehaving` stall, send noise or flood, and come back whenever they are thrown out; the others are
 * counted. Table, RTMPS server and publishers are processes of their own, so that the worker's time is its own. Exit 1
 * when it was not held.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { bundleWorker } from '../../local/build.ts';
import { readArguments } from '../../commands/read-arguments.mjs';
import { LATENESS_PRELOAD, startPart } from '../lib/part.ts';
import { childrenOf, endWorker, readCpuMs, readMemory, startWorkerProcess, workerEnvironment } from './workers.ts';

// another program, under the same name
if (process.argv.some((word) => /^--viewers(?:=|$)/.test(word))) await import('../audience/load-audience.ts');
if (process.argv.includes('--presence')) await import('../audience/presence.ts');

const USAGE =
  'npm run load -- [--sessions 150] [--seconds 60] [--misbehaving 10] [--copier worker|ffmpeg] [--json] [--log]';
const { values } = readArguments(USAGE, {
  options: {
    sessions: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '60' },
    misbehaving: { type: 'string', default: '0' },
    copier: { type: 'string', default: 'worker' },
    json: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
  },
});
const [all, seconds, misbehaving] = [values.sessions, values.seconds, values.misbehaving].map(Number);
const isCount = (count: number | undefined): count is number => count !== undefined && Number.isInteger(count);
if (
  !isCount(all) ||
  !isCount(seconds) ||
  !isCount(misbehaving) ||
  misbehaving >= all ||
  !/^(worker|ffmpeg)$/.test(values.copier)
) {
  console.error(USAGE);
  process.exit(2);
}
const count = all - misbehaving;

const SETTLE_MS = 120_000;
const TELL_MS = 10_000;

const Started = z.object({ url: z.string() });
const StartedSink = z.object({ url: z.string(), ca: z.string() });
const Come = z.object({ begun: z.number(), frames: z.number() });
const Shows = z.array(
  z.object({ muxKey: z.string(), streamBytes: z.number(), ending: z.string(), sockets: z.number() }),
);
const Totals = z.object({
  sent: z.number(),
  missing: z.number(),
  doubled: z.number(),
  reordered: z.number(),
  altered: z.number(),
  sessions: z.number(),
  lateMs: z.number(),
});
const Said = z.record(z.string(), z.number());
const Late = z.object({ lateMs: z.number() });

const startedMs = performance.now();
const tell = (what: string): void => console.error(`${Math.round((performance.now() - startedMs) / 1_000)} s: ${what}`);

const directory = await mkdtemp(join(tmpdir(), 'vybzz-load-'));
const [bundle, caFile] = [join(directory, 'worker.mjs'), join(directory, 'ca.pem')];
const [table, sink, publishers, misbehavers] = [
  'load-table.ts',
  'load-sink.ts',
  'load-publishers.ts',
  'load-misbehaving.ts',
].map((file) => startPart(new URL(file, import.meta.url)));
if (!table || !sink || !publishers || !misbehavers) throw new Error('a part is missing');
const parts = { table, sink, publishers: publishers, ...(misbehaving > 0 && { misbehaving: misbehavers }) };
const [{ url: tableUrl }, { url: rtmpsUrl, ca }] = [
  Started.parse(await table.ask('start')),
  StartedSink.parse(await sink.ask('start')),
];
await Promise.all([writeFile(caFile, ca), bundleWorker(bundle)]);
const worker = await startWorkerProcess(bundle, {
  ...workerEnvironment({ tableUrl, rtmpsUrl, caFile, publisher: 'native', id: 0 }),
  COPIER: values.copier,
  NODE_OPTIONS: LATENESS_PRELOAD,
});
const place = { tableUrl, port: worker.port };
const come = async (): Promise<z.infer<typeof Come>> => Come.parse(await sink.ask('count'));

const starting = publishers.ask('start', { ...place, count });
const deadline = performance.now() + SETTLE_MS;
for (let begun = 0; begun < count; { begun } = await come()) {
  if (performance.now() > deadline) throw new Error(`only ${begun} of ${count} shows came to the RTMPS server`);
  tell(`${begun} of ${count} shows on the air`);
  await delay(TELL_MS / 4);
}
await starting;
if (misbehaving > 0) await misbehavers.ask('start', { ...place, count: misbehaving });
tell(`all on the air${misbehaving > 0 ? `, ${misbehaving} misbehaving beside them` : ''}`);

const encoders = await childrenOf(worker.pid);
const pids = {
  worker: [worker.pid],
  encoders,
  ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, [part.pid]])),
};
const readCpu = async (): Promise<Map<string, number>> => {
  const used = new Map<string, number>();
  for (const [name, of] of Object.entries(pids))
    used.set(
      name,
      (await Promise.all(of.map(readCpuMs))).reduce((sum, ms) => sum + ms, 0),
    );
  return used;
};
for (const part of Object.values(parts)) await part.lateness();
await sink.ask('mark');
const linesBefore = worker.lines.length;
const [before, beganMs] = [await readCpu(), performance.now()];
const framesBefore = (await come()).frames;
for (let left = seconds * 1_000; left > 0; left -= TELL_MS) {
  await delay(Math.min(left, TELL_MS));
  const { frames } = await come();
  tell(`${Math.round((frames - framesBefore) / ((performance.now() - beganMs) / 1_000))} frames a second arrive`);
}
const [after, lastedMs] = [await readCpu(), performance.now() - beganMs];
const memory = await readMemory(worker.pid);
const encoderBytes = (await Promise.all(encoders.map(readMemory))).reduce((sum, { nowBytes }) => sum + nowBytes, 0);
const lateness: Record<string, { p99Ms?: number; maxMs: number }> = {
  worker: { maxMs: Math.max(0, ...worker.lines.slice(linesBefore).flatMap(readLate)) },
};
for (const [name, part] of Object.entries(parts)) lateness[name] = await part.lateness();

const said = misbehaving > 0 ? Said.parse(await misbehavers.ask('finish')) : {};
tell('the shows end');
const shows = Shows.parse(await publishers.ask('finish'));
const totals = Totals.parse(await sink.ask('judge', shows));

function readLate(line: string): number[] {
  if (!line.startsWith('{"lateMs"')) return [];
  return [Late.parse(JSON.parse(line)).lateMs];
}
const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
const cores = Object.fromEntries(
  [...after].map(([name, ms]) => [name, Number(((ms - (before.get(name) ?? 0)) / lastedMs).toFixed(3))]),
);
const unfinished = shows.filter(({ ending }) => ending !== 'finished').length;
const dropped = shows.reduce((sum, { sockets }) => sum + sockets - 1, 0);
const leasesLost = worker.lines.filter((line) => line.includes('"lease-lost"')).length;
const findings: [wrong: number, what: string][] = [
  [totals.missing, 'frames missing'],
  [totals.doubled, 'frames doubled'],
  [totals.reordered, 'frames reordered'],
  [totals.altered, 'frames altered'],
  [totals.sessions - count, 'RTMPS sessions too many'],
  [unfinished, 'shows that did not finish'],
  [dropped, 'sockets lost'],
  [leasesLost, 'leases lost'],
];
const broken = findings.filter(([wrong]) => wrong !== 0).map(([wrong, what]) => `${wrong} ${what}`);
const memoryMb = { worker: mb(memory.nowBytes), workerPeak: mb(memory.peakBytes), encoders: mb(encoderBytes) };
const held = broken.length === 0;

if (values.json)
  console.log(
    JSON.stringify({ held, broken, shows: count, misbehaving, seconds, totals, cores, memoryMb, lateness, said }),
  );
else {
  console.log(`${count} shows for ${seconds} s, ${misbehaving} misbehaving beside them`);
  console.log(
    `frames: sent ${totals.sent}, missing ${totals.missing}, doubled ${totals.doubled}, reordered ${totals.reordered}, altered ${totals.altered}; ` +
      `RTMPS sessions ${totals.sessions}; shows that did not finish ${unfinished}; the latest frame ${totals.lateMs} ms behind the promptest`,
  );
  console.log(
    `cores: ${Object.entries(cores)
      .map(([name, used]) => `${name} ${used}`)
      .join(', ')}`,
  );
  console.log(
    `memory: worker ${memoryMb.worker} MB (peak ${memoryMb.workerPeak} MB), encoders ${memoryMb.encoders} MB resident in ${encoders.length}, shared pages counted in each`,
  );
  console.log(
    `event loops late by at most: ${Object.entries(lateness)
      .map(([name, { maxMs }]) => `${name} ${maxMs} ms`)
      .join(', ')}`,
  );
  for (const [reason, times] of Object.entries(said)) console.log(`answered ${reason} ${times} times`);
  for (const what of broken) console.log(`✗ ${what}`);
  console.log(held ? 'held' : 'NOT HELD');
}

await Promise.all([publishers.close(), misbehavers.close()]);
await endWorker(worker);
await Promise.all([sink.close(), table.close()]);
await rm(directory, { recursive: true, force: true });
if (values.log) for (const line of worker.lines) console.error(line);
process.exit(held ? 0 : 1);
