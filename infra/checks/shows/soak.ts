/**
 * One rung-1 show for ten minutes, with a random fault every twenty seconds: no frame may be missing, but for what a publisher that
 * was replaced had not sent yet; the worker's memory must stay flat, and nothing may be left over.
 * What its objects weigh after a whole garbage collection must stay flat, too: that is what a leak adds to, whatever V8 and malloc keep.
 * First and last minute begin with such a collection, so that neither holds what V8 had no reason yet to collect.
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
import { watchHeap } from './heap.ts';
import { finish, judge, type PlayedShow, playOn, playShow, sessionsOf, untilArrived } from './running-show.ts';
import type { Measured } from './verdict.ts';
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
/** How far the last minute's memory may be from the first's, and what its objects weigh at the end from what they did at first. */
const FLAT = 0.1;

const random = createRandom(seed);

/** A show, as its publishers follow each other: each but the last was replaced. */
type Feeds = [PlayedShow, ...PlayedShow[]];
type Fault = { name: string; harm: (harness: Harness, feeds: Feeds) => Promise<void> | void };

const newest = (feeds: Feeds): PlayedShow => feeds.at(-1) ?? feeds[0];

/** A laptop that is closed for a while: longer than a worker waits for a sign of life, and shorter than it keeps a feed. */
const SLEEP_MS = { least: 5_000, most: 75_000 } as const;
/** Where a clock begins, so that it can go back. */
const CLOCK_MS = 700_000;
const JUMP_MS = 600_000;
/** Before a takeover the one that is to be replaced must be on the air, and not on its way back to it. */
const SETTLED_MS = 2_000;

const sleep = async ({ network }: Harness, feeds: Feeds, ms: number): Promise<void> => {
  const { publisher } = newest(feeds);
  network.admits = 'into-nothing';
  network.swallow();
  publisher.sleep();
  await delay(ms);
  network.admits = 'all';
  publisher.wake();
};

const takeOver = async (on: Harness, feeds: Feeds): Promise<void> => {
  const before = newest(feeds);
  await playOn(on, [before], SETTLED_MS);
  const firstSession = sessionsOf(on, { stream: before.stream }).length;
  const next = await playShow(on, '1', { stream: before.stream, firstSession, clockFromMs: CLOCK_MS });
  feeds.push(next);
  await until('the one before has been told', () => before.publisher.ending !== undefined);
  await untilArrived(on, [next], SETTLED_MS);
};

const FAULTS: readonly [Fault, ...Fault[]] = [
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
  {
    name: 'client asleep',
    harm: (on, feeds) => sleep(on, feeds, SLEEP_MS.least + random() * (SLEEP_MS.most - SLEEP_MS.least)),
  },
  {
    name: 'clock jumps',
    harm: (_, feeds) => {
      const { publisher } = newest(feeds);
      const isAhead = publisher.clockMs < CLOCK_MS + JUMP_MS && random() < 0.5;
      const isLow = publisher.clockMs < JUMP_MS;
      publisher.jump((isAhead || isLow ? 1 : -1) * Math.round(random() * JUMP_MS));
    },
  },
  { name: 'taken over', harm: takeOver },
];

// One of the faults kills encoders, so there must be some.
const heap = await watchHeap();
const harness = await openHarness({ environment: { COPIER: 'ffmpeg', ...heap.environment } });
const [worker] = harness.workers;
if (worker === undefined) throw new Error('no worker');
// Connections to the table are kept alive, and are nobody's in particular.
const countDescriptors = (): Promise<number> => readDescriptors(worker.pid, harness.tablePort);
const descriptorsBefore = await countDescriptors();
const freshBytes = (await readMemory(worker.pid)).nowBytes;

const begin = async (): Promise<Feeds> => {
  const show = await playShow(harness, '1', { clockFromMs: CLOCK_MS });
  await untilArrived(harness, [show], WARM_MS);
  return [show];
};
const warmUp = await begin();
for (const { name, harm } of FAULTS) {
  console.error(`beforehand: ${name}`);
  await harm(harness, warmUp);
  await playOn(harness, [newest(warmUp)], WARM_MS);
}
await finish(harness, [newest(warmUp)]);

const feeds = await begin();

const heapBefore = await heap.collect(worker.pid);
const startedMs = performance.now();
const sinceMs = (): number => performance.now() - startedMs;
const memory: { atMs: number; bytes: number }[] = [];
const sampling = setInterval(() => {
  void readMemory(worker.pid).then(({ nowBytes }) => memory.push({ atMs: sinceMs(), bytes: nowBytes }));
}, SAMPLE_MS);
const played: string[] = [];
const harmUntil = async (untilMs: number): Promise<void> => {
  while (sinceMs() + every * 1_000 < untilMs && newest(feeds).publisher.ending === undefined) {
    await delay(every * 1_000 - (sinceMs() % (every * 1_000)));
    const { name, harm } = oneOf<Fault>(random, FAULTS);
    played.push(name);
    console.error(
      `${Math.round(sinceMs() / 1_000)} s: ${name}; ${Math.round((memory.at(-1)?.bytes ?? 0) / 1024 / 1024)} MB`,
    );
    await harm(harness, feeds);
  }
  await delay(untilMs - sinceMs());
};
await harmUntil(lastsMs - MINUTE_MS);
await playOn(harness, [newest(feeds)], WARM_MS);
const heapAfter = await heap.collect(worker.pid);
const lastMinuteMs = sinceMs();
await harmUntil(lastMinuteMs + MINUTE_MS);
clearInterval(sampling);
await finish(harness, [newest(feeds)]);
await until('no connection to the network', () => harness.network.connections() === 0);

const mean = (of: typeof memory): number => of.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, of.length);
const mb = (bytes: number): number => Number((bytes / 1024 / 1024).toFixed(1));
const minuteMb = Array.from({ length: Math.ceil(minutes) }, (_, minute) =>
  mb(mean(memory.filter(({ atMs }) => Math.floor(atMs / MINUTE_MS) === minute))),
);
const first = mean(memory.filter(({ atMs }) => atMs < MINUTE_MS));
const last = mean(memory.filter(({ atMs }) => atMs > lastMinuteMs));
/** What came of each publisher, by the RTMPS sessions that were its own. */
const judged: Measured[] = [];
for (const [index, feed] of feeds.entries()) {
  const { firstSession: from = 0 } = feed;
  const to = feeds[index + 1]?.firstSession;
  const sessions = sessionsOf(harness, { stream: feed.stream }).slice(from, to);
  judged.push(await judge(harness, feed, { restarted: true, sessions }));
}
const sumOf = (of: (measured: Measured) => number): number => judged.reduce((sum, measured) => sum + of(measured), 0);
const both = (name: 'sent' | 'missing' | 'doubled' | 'reordered' | 'repeated'): string =>
  `${sumOf((measured) => measured[name].video)}+${sumOf((measured) => measured[name].audio)}`;
const largest = (of: (measured: Measured) => number): number => Math.max(...judged.map(of));
const leftOver = { processes: (await childrenOf(worker.pid)).length, descriptors: await countDescriptors() };
const ending = String(newest(feeds).publisher.ending);
const takenOver = judged.slice(0, -1);
/** A slice of the recording that was on its way to a publisher that was replaced: pictures and frames of sound. */
const UNSENT_FRAMES = 12;

const broken = [
  ...(ending === 'finished' ? [] : [`ended with ${ending}`]),
  ...(feeds.slice(0, -1).every(({ publisher }) => publisher.ending === 'replaced')
    ? []
    : ['one that was taken over was not told so']),
  ...(takenOver.every(({ missing }) => missing.video <= UNSENT_FRAMES && missing.audio <= UNSENT_FRAMES)
    ? []
    : ['frames of one that was taken over missing']),
  ...(judged.slice(-1).every(({ missing }) => missing.video + missing.audio === 0) ? [] : ['frames missing']),
  ...(sumOf(({ doubled, reordered }) => doubled.video + doubled.audio + reordered.video + reordered.audio) === 0
    ? []
    : ['frames doubled or reordered']),
  ...(sumOf(({ altered }) => altered) === 0 ? [] : ['frames altered']),
  ...(Math.abs(last / first - 1) <= FLAT ? [] : ['memory is not flat']),
  ...(heapAfter.objectBytes / heapBefore.objectBytes - 1 <= FLAT ? [] : ['what objects weigh is not flat']),
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
      judged,
      freshMb: mb(freshBytes),
      minuteMb,
      heapBefore,
      heapAfter,
      leftOver,
      descriptorsBefore,
    }),
  );
else {
  const counts = [...new Set(played)].map((name) => `${played.filter((one) => one === name).length} × ${name}`);
  console.log(`${minutes} minutes, ${played.length} faults (${counts.join(', ')}), seed ${seed}; ended with ${ending}`);
  console.log(
    `video+audio: sent ${both('sent')}, missing ${both('missing')} of ${takenOver.length} that were taken over and of the last, ` +
      `doubled ${both('doubled')}, reordered ${both('reordered')}, altered ${sumOf(({ altered }) => altered)}, repeated ${both('repeated')}; ` +
      `largest gap ${largest(({ largestGapMs }) => largestGapMs.video)}+${largest(({ largestGapMs }) => largestGapMs.audio)} ms; ` +
      `RTMPS sessions ${sumOf(({ rtmpsSessions }) => rtmpsSessions)}`,
  );
  const change = ((last / first - 1) * 100).toFixed(1);
  console.log(
    `memory: first minute ${mb(first)} MB, last minute ${mb(last)} MB (${change} %); by minute: ${minuteMb.join(' ')}; ${mb(freshBytes)} MB when it was started`,
  );
  console.log(
    `after a whole garbage collection: objects and buffers ${mb(heapBefore.objectBytes)} → ${mb(heapAfter.objectBytes)} MB, compiled code ${mb(heapBefore.codeBytes)} → ${mb(heapAfter.codeBytes)} MB`,
  );
  console.log(
    `left over: ${leftOver.processes} processes, ${leftOver.descriptors} descriptors (${descriptorsBefore} before the show)`,
  );
  for (const what of broken) console.log(`✗ ${what}`);
  console.log(held ? 'held' : 'NOT HELD');
}
await harness.close();
await heap.close();
if (values.log) for (const line of worker.lines) console.error(line);
process.exit(held ? 0 : 1);
