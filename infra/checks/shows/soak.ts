/**
 * One rung-1 show for ten minutes, with a random fault every twenty seconds: no frame may be missing, the worker's memory
 * must stay flat, and nothing may be left over.
 *
 * A show with one fault of each kind comes before it: a Node process that has just begun grows by some 10 MB while its code
 * is compiled and until its first whole garbage collection, with a leak or without one.
 *
 *   npm run soak -- [--minutes 10] [--every 20] [--seed 1] [--json] [--log]
 *
 * Exit 1 when it was not held.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#stand-ins/until';
import { readArguments } from '../../commands/read-arguments.mjs';
import { createRandom, oneOf } from '../lib/random.ts';
import { openHarness, type Harness } from './harness.ts';
import { finish, judge, playOn, startShow, untilArrived } from './running-show.ts';
import { childrenOf, readDescriptors, readMemory } from './workers.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const USAGE = 'npm run soak -- [--minutes 10] [--every 20] [--seed 1] [--json] [--log]';
const { values } = readArguments(USAGE, {
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
  },
});
const [minutes = 0, every = 0, seed = 0] = [values.minutes, values.every, values.seed].map(Number);
if (!(minutes > 0) || !(every > 0) || !Number.isInteger(seed)) {
  console.error(USAGE);
  process.exit(2);
}
const lastsMs = minutes * 60_000;
const MINUTE_MS = 60_000;
const WARM_MS = 10_000;
const SAMPLE_MS = 1_000;
/** How far the last minute's memory may be from the first's. */
const FLAT = 0.1;

const random = createRandom(seed);

type Fault = { name: string; harm: (harness: Harness) => Promise<void> | void };
const FAULTS = [
  {
    name: 'socket cut',
    harm: async ({ network }) => {
      network.admits = 'none';
      network.cut();
      await delay(1_000 + random() * 4_000);
      network.admits = 'all';
    },
  },
  { name: 'address change', harm: ({ network }) => network.swallow() },
  {
    name: 'encoder killed',
    harm: async ({ workers }) => {
      for (const { pid } of workers) for (const child of await childrenOf(pid)) process.kill(child, 'SIGKILL');
    },
  },
  { name: 'server reset', harm: ({ sink }) => sink.reset() },
  { name: 'server stalled', harm: ({ sink }) => sink.stall() },
] as const satisfies Fault[];

// One of the faults kills encoders, so there must be some.
const harness = await openHarness({ environment: { COPIER: 'ffmpeg' } });
const [worker] = harness.workers;
if (worker === undefined) throw new Error('no worker');
// Connections to the table are kept alive, and are nobody's in particular.
const countDescriptors = (): Promise<number> => readDescriptors(worker.pid, harness.tablePort);
const descriptorsBefore = await countDescriptors();
const freshBytes = (await readMemory(worker.pid)).nowBytes;

const warmUp = await startShow(harness, '1');
await untilArrived(harness, [warmUp], WARM_MS);
for (const { name, harm } of FAULTS) {
  console.error(`beforehand: ${name}`);
  await harm(harness);
  await playOn(harness, [warmUp], WARM_MS);
}
await finish(harness, [warmUp]);

const show = await startShow(harness, '1');
await untilArrived(harness, [show], WARM_MS);

const startedMs = performance.now();
const sinceMs = (): number => performance.now() - startedMs;
const memory: { atMs: number; bytes: number }[] = [];
const sampling = setInterval(() => {
  void readMemory(worker.pid).then(({ nowBytes }) => memory.push({ atMs: sinceMs(), bytes: nowBytes }));
}, SAMPLE_MS);
const played: string[] = [];
while (sinceMs() + every * 1_000 < lastsMs && show.publisher.ending === undefined) {
  await delay((played.length + 1) * every * 1_000 - sinceMs());
  const { name, harm } = oneOf<Fault>(random, FAULTS);
  played.push(name);
  console.error(
    `${Math.round(sinceMs() / 1_000)} s: ${name}; ${Math.round((memory.at(-1)?.bytes ?? 0) / 1024 / 1024)} MB`,
  );
  await harm(harness);
}
await delay(lastsMs - sinceMs());
clearInterval(sampling);
await playOn(harness, [show], WARM_MS);
await finish(harness, [show]);
await until('no connection to the network', () => harness.network.connections() === 0);

const mean = (of: typeof memory): number => of.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, of.length);
const mb = (bytes: number): number => Number((bytes / 1024 / 1024).toFixed(1));
const minuteMb = Array.from({ length: Math.ceil(minutes) }, (_, minute) =>
  mb(mean(memory.filter(({ atMs }) => Math.floor(atMs / MINUTE_MS) === minute))),
);
const first = mean(memory.filter(({ atMs }) => atMs < MINUTE_MS));
const last = mean(memory.filter(({ atMs }) => atMs > lastsMs - MINUTE_MS));
const measured = await judge(harness, show, { restarted: true });
const leftOver = { processes: (await childrenOf(worker.pid)).length, descriptors: await countDescriptors() };
const ending = String(show.publisher.ending);

const { sent, missing, doubled, reordered, altered, repeated, largestGapMs, avShiftMs, rtmpsSessions } = measured;
const broken = [
  ...(ending === 'finished' ? [] : [`ended with ${ending}`]),
  ...(missing.video + missing.audio === 0 ? [] : ['frames missing']),
  ...(doubled.video + doubled.audio + reordered.video + reordered.audio === 0 ? [] : ['frames doubled or reordered']),
  ...(altered === 0 ? [] : ['frames altered']),
  ...(Math.abs(last / first - 1) <= FLAT ? [] : ['memory is not flat']),
  ...(leftOver.processes === 0 ? [] : ['processes left over']),
  ...(leftOver.descriptors <= descriptorsBefore ? [] : ['descriptors left over']),
];
const held = broken.length === 0;
if (values.json)
  console.log(
    JSON.stringify({
      held,
      broken,
      seed,
      played,
      measured,
      freshMb: mb(freshBytes),
      minuteMb,
      leftOver,
      descriptorsBefore,
    }),
  );
else {
  const counts = [...new Set(played)].map((name) => `${played.filter((one) => one === name).length} × ${name}`);
  console.log(`${minutes} minutes, ${played.length} faults (${counts.join(', ')}), seed ${seed}; ended with ${ending}`);
  console.log(
    `video+audio: sent ${sent.video}+${sent.audio}, missing ${missing.video}+${missing.audio}, doubled ${doubled.video}+${doubled.audio}, ` +
      `reordered ${reordered.video}+${reordered.audio}, altered ${altered}, repeated ${repeated.video}+${repeated.audio}; ` +
      `largest gap ${largestGapMs.video}+${largestGapMs.audio} ms; A/V ${avShiftMs} ms; RTMPS sessions ${rtmpsSessions}`,
  );
  const change = ((last / first - 1) * 100).toFixed(1);
  console.log(
    `memory: first minute ${mb(first)} MB, last minute ${mb(last)} MB (${change} %); by minute: ${minuteMb.join(' ')}; ${mb(freshBytes)} MB when it was started`,
  );
  console.log(
    `left over: ${leftOver.processes} processes, ${leftOver.descriptors} descriptors (${descriptorsBefore} before the show)`,
  );
  for (const what of broken) console.log(`✗ ${what}`);
  console.log(held ? 'held' : 'NOT HELD');
}
await harness.close();
if (values.log) for (const line of worker.lines) console.error(line);
process.exit(held ? 0 : 1);
