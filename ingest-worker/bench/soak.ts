/**
 * One rung-1 show for ten minutes, with a random fault every twenty seconds: no frame may be missing, the worker's memory
 * must stay flat, and nothing may be left over.
 *
 *   node --import tsx ingest-worker/bench/soak.ts [--minutes 10] [--every 20] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { openStage, type Stage } from './stage.ts';
import { finish, judge, passing, playOn, startShow, until, untilArrived } from './theatre.ts';
import { childrenOf, readDescriptors, readMemory } from './workers.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const lastsMs = Number(values.minutes) * 60_000;
const everyMs = Number(values.every) * 1_000;
const MINUTE_MS = 60_000;
const WARM_MS = 10_000;
/** How far the last minute's memory may be above the first's. */
const FLAT = 1.1;

/** A small generator, so that a run can be had again (mulberry32). */
const createRandom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const random = createRandom(Number(values.seed));

const FAULTS: Record<string, (stage: Stage) => Promise<void> | void> = {
  'socket cut': async ({ gate }) => {
    gate.admits = 'none';
    gate.cut();
    await passing(1_000 + random() * 4_000);
    gate.admits = 'all';
  },
  'address change': ({ gate }) => gate.swallow(),
  'encoder killed': async ({ workers }) => {
    for (const { pid } of workers) for (const child of await childrenOf(pid)) process.kill(child, 'SIGKILL');
  },
  'server reset': ({ sink }) => sink.reset(),
  'server stalled': ({ sink }) => sink.stall(),
};

const stage = await openStage();
const [worker] = stage.workers;
if (worker === undefined) throw new Error('no worker');
const descriptorsBefore = await readDescriptors(worker.pid);
const show = await startShow(stage, '1');
await untilArrived(stage, [show], WARM_MS);

const startedMs = performance.now();
const memory: { atMs: number; bytes: number }[] = [];
const sampling = setInterval(() => {
  void readMemory(worker.pid).then(({ nowBytes }) =>
    memory.push({ atMs: performance.now() - startedMs, bytes: nowBytes }),
  );
}, 1_000);
const played: string[] = [];
const names = Object.keys(FAULTS);
while (performance.now() - startedMs < lastsMs && show.feeder.ending === undefined) {
  await passing(everyMs);
  const name = names[Math.floor(random() * names.length)] ?? '';
  played.push(name);
  console.log(`${Math.round((performance.now() - startedMs) / 1_000)} s: ${name}`);
  await FAULTS[name]?.(stage);
}
clearInterval(sampling);
await playOn(stage, [show], WARM_MS);
await finish(stage, [show]);
await until('no connection to the gate', () => stage.gate.connections() === 0);

const mean = (of: typeof memory): number => of.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, of.length);
const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const first = mean(memory.filter(({ atMs }) => atMs < MINUTE_MS));
const last = mean(memory.filter(({ atMs }) => atMs > lastsMs - MINUTE_MS));
const measured = await judge(stage, show, { restarted: true });
const children = await childrenOf(worker.pid);
// Connections to the table are kept alive for a while.
const descriptors = await readDescriptors(worker.pid);

const { sent, missing, doubled, reordered, repeated, avShiftMs, rtmpsSessions } = measured;
console.log(`\n${played.length} faults; ended with ${String(show.feeder.ending)}; RTMPS sessions ${rtmpsSessions}`);
console.log(
  `video+audio: sent ${sent.video}+${sent.audio}, missing ${missing.video}+${missing.audio}, doubled ${doubled.video}+${doubled.audio}, ` +
    `reordered ${reordered.video}+${reordered.audio}, repeated ${repeated.video}+${repeated.audio}; A/V ${avShiftMs} ms`,
);
console.log(`memory: first minute ${mb(first)}, last minute ${mb(last)}`);
console.log(
  `left over: ${children.length} processes, descriptors ${descriptors} (${descriptorsBefore} before the show)`,
);

const SPARE_DESCRIPTORS = 8;
const broken = [
  ...(show.feeder.ending === 'finished' ? [] : [`ended with ${String(show.feeder.ending)}`]),
  ...(missing.video + missing.audio === 0 ? [] : ['frames missing']),
  ...(doubled.video + doubled.audio + reordered.video + reordered.audio === 0 ? [] : ['frames doubled or reordered']),
  ...(last <= first * FLAT ? [] : ['memory has grown']),
  ...(children.length === 0 ? [] : ['processes left over']),
  ...(descriptors <= descriptorsBefore + SPARE_DESCRIPTORS ? [] : ['descriptors left over']),
];
for (const what of broken) console.log(`✗ ${what}`);
console.log(broken.length === 0 ? 'held' : 'NOT HELD');
await stage.close();
process.exit(broken.length === 0 ? 0 : 1);
