import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#stand-ins/until';
import { ABSENCE_SCENARIOS } from './absence-scenarios.ts';
import { playHostile } from './hostile.ts';
import type { Harness } from './harness.ts';
import { MEDIA_SCENARIOS } from './media-scenarios.ts';
import { isRung, type Rung } from './rung-captures.ts';
import {
  arrivals,
  arrivedMs,
  finish,
  playOn,
  type RunningShow,
  sessionsOf,
  startShow,
  untilArrived,
} from './running-show.ts';
import {
  AFTER_MS,
  ALL,
  ENCODED,
  encodersOf,
  finished,
  type Notes,
  oneSession,
  type Played,
  type Scenario,
  startAll,
  whole,
  within,
  withNotes,
} from './scenario.ts';
import { SERVER_SCENARIOS } from './server-scenarios.ts';
import { slowDown, type SlowedDown } from './slowed-down.ts';
import type { Measured } from './verdict.ts';

/** So long an encoder or a connection must have lived to be taken for healthy, and a little more. */
const HEALTHY_MS = 11_000;
const SOCKET_AWAY_MS = 10_000;

/** From a welcome until the picture has caught up with what had been recorded by then. */
const drainMs = (harness: Harness, show: RunningShow): number => {
  const welcome = show.publisher.welcomes.at(-1);
  if (welcome === undefined) return Number.POSITIVE_INFINITY;
  const caughtUp = arrivals(harness, show).find(({ mediaMs }) => mediaMs >= welcome.mediaMs - CAUGHT_UP_MS);
  return Math.max(0, Math.round((caughtUp?.atMs ?? Number.POSITIVE_INFINITY) - welcome.atMs));
};
const CAUGHT_UP_MS = 150;

/** The longest that no picture came after `atMs`, and the longest before: the recording's own rhythm. */
const outage = (harness: Harness, show: RunningShow, atMs: number): { outageMs: number; rhythmMs: number } => {
  const times = arrivals(harness, show).map((frame) => frame.atMs);
  const gaps = times.slice(1).map((time, index) => ({ time, ms: time - (times[index] ?? time) }));
  const longest = (of: typeof gaps): number => Math.round(Math.max(0, ...of.map(({ ms }) => ms)));
  return {
    outageMs: longest(gaps.filter(({ time }) => time > atMs && time < atMs + OUTAGE_MS)),
    rhythmMs: longest(gaps.filter(({ time }) => time <= atMs && time > atMs - HEALTHY_MS)),
  };
};

const OUTAGE_MS = 60_000;

const playSocket = async (
  harness: Harness,
  rungs: readonly Rung[],
  harm: () => Promise<void> | void,
): Promise<Played[]> => {
  const shows = await startAll(harness, rungs);
  await untilArrived(harness, shows, 4_000);
  const welcomes = shows.map(({ publisher }) => publisher.welcomes.length);
  await harm();
  await until('every show is back', () =>
    shows.every(({ publisher }, index) => publisher.welcomes.length > (welcomes[index] ?? 0)),
  );
  await playOn(harness, shows, AFTER_MS);
  await finish(harness, shows);
  return withNotes(shows, (show) => ({ drainMs: drainMs(harness, show), sockets: show.publisher.welcomes.length }));
};

const keepsSocket = (measured: Measured, notes: Notes): string[] => [
  ...whole(measured),
  ...finished(notes),
  ...oneSession(measured),
  ...(isCopy(notes) ? within('drained in', notes['drainMs'], 1_000) : []),
];
const isCopy = ({ rung }: Notes): boolean => rung === '1' || rung === '2' || rung === '3';

const killOne = async (harness: Harness): Promise<number> => {
  const [pid] = await encodersOf(harness);
  if (pid === undefined) throw new Error('no encoder to kill');
  process.kill(pid, 'SIGKILL');
  return pid;
};

const untilNewEncoder = async (harness: Harness, old: number): Promise<void> => {
  let found: number[] = [];
  const deadline = performance.now() + HEALTHY_MS;
  while (found.length === 0) {
    if (performance.now() > deadline) throw new Error('no new encoder came');
    found = (await encodersOf(harness)).filter((pid) => pid !== old);
  }
};

const playEncoderKilled = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const played: Played[] = [];
  // One after the other: two encoders that start at once on a small machine would measure each other.
  for (const rung of rungs) {
    const show = await startShow(harness, rung);
    await untilArrived(harness, [show], HEALTHY_MS);
    const before = arrivals(harness, show).length;
    const atMs = performance.now();
    await killOne(harness);
    await playOn(harness, [show], AFTER_MS);
    await finish(harness, [show]);
    const next = arrivals(harness, show).slice(before);
    const [first] = next;
    played.push(
      ...withNotes([show], () => ({
        ...outage(harness, show, atMs),
        firstAfterMs: Math.round((first?.atMs ?? 0) - atMs),
      })),
    );
  }
  return played;
};

const keepsEncoderKilled = (measured: Measured, notes: Notes): string[] => [
  ...whole(measured),
  ...finished(notes),
  ...oneSession(measured),
  ...within('flowed again after', Number(notes['outageMs']) - Number(notes['rhythmMs']), 500),
];

/** Of an encoder that uses none of the processor (SPEC E7), and a little more. */
const STALL_MS = 10_000;
const STARVED_MS = 20_000;

const playStarved = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const played: Played[] = [];
  for (const rung of rungs) {
    const startedMs = performance.now();
    const show = await startShow(harness, rung);
    const seen = new Set<number>();
    const look = async (): Promise<number> => {
      for (const pid of await encodersOf(harness)) seen.add(pid);
      return seen.size;
    };
    await until('its encoder', look, { everyMs: 5 });
    const slowed = slowDown([...seen], { share: 0.006, easedShare: 1 });
    await until('the first picture', () => arrivals(harness, show).length > 0 || isPast(startedMs + STARVED_MS));
    const silentMs = Math.round(performance.now() - startedMs);
    slowed.free();
    await playOn(harness, [show], AFTER_MS);
    await look();
    await finish(harness, [show]);
    played.push(...withNotes([show], () => ({ silentMs, encoders: seen.size })));
  }
  return played;
};
const isPast = (atMs: number): boolean => performance.now() > atMs;

/** Kills encoder after encoder, each when the next GOP is on its way, so that none is taken for the GOP's fault. */
const playKilledInARow =
  (times: number) =>
  async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
    const shows = await startAll(harness, rungs);
    const [show] = shows;
    if (show === undefined) return [];
    await untilArrived(harness, shows, HEALTHY_MS);
    const waits: number[] = [];
    for (let kill = 0; kill < times; kill += 1) {
      const atMs = performance.now();
      const old = await killOne(harness);
      if (kill === times - 1 && times > RESTARTS) break;
      await untilNewEncoder(harness, old);
      waits.push(Math.round(performance.now() - atMs));
      await playOn(harness, shows, NEXT_GOP_MS);
    }
    if (times > RESTARTS) await until('the end', () => show.publisher.ending !== undefined);
    else {
      await playOn(harness, shows, AFTER_MS);
      await finish(harness, shows);
    }
    return withNotes(shows, () => ({ waitsMs: waits.join(' ') }));
  };
/** After health: one at once, then three with waits. */
const RESTARTS = 4;
const NEXT_GOP_MS = 2_500;
/** Of rung 1's recording. */
const GOP_FRAMES = 41;

/** Kills an encoder twice before it has made anything, as a GOP would that it cannot read. */
const playPoisoned = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const shows = await startAll(harness, rungs);
  await untilArrived(harness, shows, HEALTHY_MS);
  const first = await killOne(harness);
  await untilNewEncoder(harness, first);
  const second = await killOne(harness);
  await untilNewEncoder(harness, second);
  await playOn(harness, shows, AFTER_MS);
  await finish(harness, shows);
  return withNotes(shows, () => ({}));
};

const playServer =
  (harm: (harness: Harness) => Promise<void> | void) =>
  async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
    const shows = await startAll(harness, rungs);
    await untilArrived(harness, shows, HEALTHY_MS);
    const before = shows.map((show) => sessionsOf(harness, show).length);
    const atMs = performance.now();
    await harm(harness);
    await until('every show has a new RTMPS session', () =>
      shows.every((show, index) => sessionsOf(harness, show).length > (before[index] ?? 0)),
    );
    await playOn(harness, shows, AFTER_MS);
    await finish(harness, shows);
    return withNotes(shows, (show) => ({
      outageMs: outage(harness, show, atMs).outageMs,
      startsWithKey: sessionsOf(harness, show).every(
        ({ frames }) => frames.find(({ kind }) => kind === 'video')?.key === true,
      ),
    }));
  };

const keepsServer = (measured: Measured, notes: Notes): string[] => [
  ...whole(measured),
  ...finished(notes),
  ...(measured.rtmpsSessions === 2 ? [] : [`${measured.rtmpsSessions} RTMPS sessions`]),
  ...(notes['startsWithKey'] === true ? [] : ['a session that does not begin with a key frame']),
  ...within('an outage of', notes['outageMs'], RECONNECT_WINDOW_MS),
];
const RECONNECT_WINDOW_MS = 60_000;

const playKeyRefused = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  harness.sink.conduct.refuse = 'by-status';
  const shows = await startAll(harness, rungs);
  await until('every show has been told', () => shows.every(({ publisher }) => publisher.ending !== undefined));
  return withNotes(shows, ({ publisher }) => ({
    toldMs: Math.round(performance.now() - (publisher.welcomes[0]?.atMs ?? 0)),
    sockets: publisher.welcomes.length,
  }));
};

/** Everything slows down until even the publisher's ring is full, and then recovers. */
const playSlowServer = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  // Twenty times as fast as life, with a smaller ring: a worker holds 32 MB of a show before it reads no more.
  const options = { speed: 20, limits: { ringBytes: SMALL_RING_BYTES } };
  const shows = await Promise.all(rungs.map((rung) => startShow(harness, rung, options)));
  await untilArrived(harness, shows, 8_000);
  harness.sink.conduct.readBytesPerSecond = SLOW_BYTES_PER_SECOND;
  await until(
    'every publisher has had to leave something out',
    () => shows.every(({ publisher }) => publisher.skipped.length > 0 || publisher.ending !== undefined),
    { withinMs: SLOW_MS },
  );
  const heard = shows.map(({ publisher }) => publisher.health?.warning ?? 'none');
  harness.sink.conduct.readBytesPerSecond = undefined;
  await playOn(harness, shows, 20_000);
  await finish(harness, shows);
  return withNotes(shows, (show) => ({
    warning: heard[shows.indexOf(show)] ?? 'none',
    skips: show.publisher.skipped.length,
  }));
};
/** A second of the show at that speed. */
const SMALL_RING_BYTES = 600_000;
const SLOW_BYTES_PER_SECOND = 24_000;
const SLOW_MS = 150_000;

const playWorkerKilled = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const shows = await startAll(harness, rungs);
  await untilArrived(harness, shows, 6_000);
  const victim = harness.workers.at(-1);
  const atMs = performance.now();
  victim?.kill('SIGKILL');
  await until('every show is with another worker', () =>
    shows.every(({ publisher }) => (publisher.welcomes.at(-1)?.atMs ?? 0) > atMs),
  );
  await playOn(harness, shows, AFTER_MS);
  await finish(harness, shows);
  return withNotes(shows, (show) => {
    const { attempts, welcomes } = show.publisher;
    const firstRetryMs = attempts.find((attempt) => attempt > atMs) ?? atMs;
    const welcomeMs = welcomes.find((welcome) => welcome.atMs > atMs)?.atMs ?? Number.POSITIVE_INFINITY;
    const flowMs = arrivals(harness, show).find((frame) => frame.atMs > welcomeMs)?.atMs ?? Number.POSITIVE_INFINITY;
    return {
      resumedMs: Math.round(welcomeMs - firstRetryMs),
      flowedMs: Math.round(flowMs - firstRetryMs),
      outageMs: outage(harness, show, atMs).outageMs,
    };
  });
};

const playWorkerStopped = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const shows = await startAll(harness, rungs);
  await untilArrived(harness, shows, 6_000);
  const leaving = harness.workers.at(-1);
  const next = await harness.startWorker();
  const atMs = performance.now();
  leaving?.kill('SIGTERM');
  await leaving?.gone;
  const exitMs = Math.round(performance.now() - atMs);
  await until('every show is with the other worker', () =>
    shows.every(({ publisher }) => publisher.welcomes.length > 1),
  );
  await playOn(harness, shows, AFTER_MS);
  await finish(harness, shows);
  return withNotes(shows, (show) => ({ exitMs, worker: next.pid, outageMs: outage(harness, show, atMs).outageMs }));
};

const playSecondPublisher = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const older = await startAll(harness, rungs);
  await untilArrived(harness, older, 4_000);
  const newer = await Promise.all(older.map(({ rung, stream }) => startShow(harness, rung, { stream })));
  await until('every older publisher has been told', () =>
    older.every(({ publisher }) => publisher.ending !== undefined),
  );
  await until('every newer one is on the air', () => newer.every((show) => sessionsOf(harness, show).length > 1));
  const sizes = newer.map((show) =>
    sessionsOf(harness, show)
      .slice(0, -1)
      .map(({ frames }) => frames.length),
  );
  await until('the newer ones have played', () => newer.every(({ publisher }) => publisher.mediaMs > 5_000));
  await finish(harness, newer);
  return newer.map((show, index) => {
    const sessions = sessionsOf(harness, show);
    const last = sessions.at(-1);
    const lastOfOlder = Math.max(...sessions.slice(0, -1).flatMap(({ frames }) => frames.map(({ atMs }) => atMs)));
    const grew = sessions.slice(0, -1).some(({ frames }, at) => frames.length > (sizes[index]?.[at] ?? 0));
    return {
      show,
      sessions: sessions.slice(-1),
      notes: {
        rung: show.rung,
        end: show.publisher.ending ?? 'none',
        older: older[index]?.publisher.ending ?? 'none',
        twoWriters: grew || lastOfOlder > (last?.openedAtMs ?? 0),
      },
    };
  });
};

/** Takes shows over while their encoders are behind; each older feed and each newer one is judged by itself. */
const playTakeover =
  (hinder: (encoders: readonly number[]) => SlowedDown) =>
  async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
    const played: Played[] = [];
    for (const rung of rungs) {
      const older = await startShow(harness, rung);
      await untilArrived(harness, [older], 4_000);
      const hindered = hinder(await encodersOf(harness));
      await until('it is behind', () => older.publisher.mediaMs > arrivedMs(harness, older) + BEHIND_MS);
      const behindMs = Math.round(older.publisher.mediaMs - arrivedMs(harness, older));
      const newer = await startShow(harness, rung, { stream: older.stream });
      await until('the older publisher has been told', () => older.publisher.ending !== undefined);
      hindered.ease();
      await until('the newer one is on the air', () => sessionsOf(harness, newer).length > 1, {
        withinMs: TAKEOVER_MS,
      });
      hindered.free();
      await playOn(harness, [newer], AFTER_MS);
      await finish(harness, [newer]);
      const sessions = sessionsOf(harness, newer);
      const [first, last] = [sessions.slice(0, -1), sessions.slice(-1)];
      const twoWriters = Math.max(...first.map(({ end }) => end?.atMs ?? Infinity)) > (last[0]?.openedAtMs ?? 0);
      played.push(
        {
          show: older,
          sessions: first,
          notes: { rung, feed: 'older', end: older.publisher.ending ?? 'none', behindMs },
        },
        {
          show: newer,
          sessions: last,
          notes: { rung, feed: 'newer', end: newer.publisher.ending ?? 'none', twoWriters },
        },
      );
    }
    return played;
  };
/** So long an older feed may publish what it has received, and a little more. */
const TAKEOVER_MS = 60_000;
const BEHIND_MS = 4_000;
/** What the older publisher had recorded and not yet sent when it was told: a slice of the recording, and a fragment of MP4. */
const UNSENT_FRAMES = { '1': 8, '2': 64, '3': 8, '4': 8, '4-firefox': 8 } as const satisfies Record<Rung, number>;

const keepsTakeover = (measured: Measured, notes: Notes): string[] => {
  if (notes['feed'] === 'newer')
    return [...whole(measured), ...finished(notes), ...(notes['twoWriters'] === true ? ['two writers at once'] : [])];
  const { missing, doubled, reordered, foreign } = measured;
  const rung = String(notes['rung']);
  const most = isRung(rung) ? UNSENT_FRAMES[rung] : 0;
  return [
    ...(notes['end'] === 'replaced' ? [] : [`the older one was told ${String(notes['end'])}`]),
    ...(missing.video <= most
      ? []
      : [`${missing.video} video frames of the older feed missing, at most ${most} were unsent`]),
    ...(doubled.video + reordered.video + foreign.video === 0 ? [] : ['frames doubled, reordered or made up']),
  ];
};

/** The whole table. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'undisturbed',
    live: true,
    promise: 'every frame arrives once, in order, at its time',
    rungs: ALL,
    play: async (harness, rungs) => {
      const shows = await startAll(harness, rungs);
      await untilArrived(harness, shows, 8_000);
      await finish(harness, shows);
      return withNotes(shows, () => ({}));
    },
    keeps: (measured, notes) => [...whole(measured), ...finished(notes), ...oneSession(measured)],
  },
  {
    name: 'socket-cut',
    live: true,
    promise: 'socket cut for 10 s: 0 frames missing, drained ≤ 1 s after in copy modes, RTMPS unbroken',
    rungs: ALL,
    play: (harness, rungs) =>
      playSocket(harness, rungs, async () => {
        harness.network.admits = 'none';
        harness.network.cut();
        await delay(SOCKET_AWAY_MS);
        harness.network.admits = 'all';
      }),
    keeps: keepsSocket,
  },
  {
    name: 'socket-half-open',
    promise: 'packets vanish for 10 s: 0 frames missing, drained ≤ 1 s after in copy modes, RTMPS unbroken',
    rungs: ALL,
    play: (harness, rungs) =>
      playSocket(harness, rungs, async () => {
        harness.network.admits = 'into-nothing';
        harness.network.swallow();
        await delay(SOCKET_AWAY_MS);
        harness.network.admits = 'all';
      }),
    keeps: keepsSocket,
  },
  {
    name: 'address-change',
    promise: 'the old socket dies unheard: 0 frames missing, drained ≤ 1 s after in copy modes, RTMPS unbroken',
    rungs: ALL,
    play: (harness, rungs) => playSocket(harness, rungs, () => harness.network.swallow()),
    keeps: keepsSocket,
  },
  {
    name: 'encoder-killed',
    harmsEncoders: true,
    live: true,
    promise: 'FFmpeg killed: 0 frames missing, media flows again ≤ 500 ms, RTMPS unbroken',
    rungs: ALL,
    restarts: true,
    play: playEncoderKilled,
    keeps: keepsEncoderKilled,
  },
  {
    name: 'encoder-killed-in-a-row',
    harmsEncoders: true,
    promise: 'FFmpeg killed four times in a row: back at once, then after 1, 2 and 3 s, 0 frames missing',
    rungs: ['1', '3'],
    restarts: true,
    play: async (harness, rungs) => {
      const played: Played[] = [];
      for (const rung of rungs) played.push(...(await playKilledInARow(RESTARTS)(harness, [rung])));
      return played;
    },
    keeps: (measured, notes) => [...whole(measured), ...finished(notes), ...oneSession(measured)],
  },
  {
    name: 'encoder-lost',
    harmsEncoders: true,
    promise: 'FFmpeg killed a fifth time in a row: the show ends, with its own reason',
    rungs: ['1'],
    restarts: true,
    play: playKilledInARow(RESTARTS + 1),
    keeps: (_, { end }) => (end === 'encoder-failed' ? [] : [`ended with ${String(end)}`]),
  },
  {
    name: 'encoder-poisoned',
    harmsEncoders: true,
    promise: 'two deaths on the same GOP: that GOP is left out, and no more than that',
    rungs: ['1'],
    restarts: true,
    play: playPoisoned,
    keeps: ({ missing, doubled, reordered, rtmpsSessions }, notes) => [
      ...finished(notes),
      ...(missing.video <= GOP_FRAMES ? [] : [`${missing.video} video frames missing, a GOP has ${GOP_FRAMES}`]),
      ...(doubled.video + reordered.video === 0 ? [] : ['frames doubled or reordered']),
      ...(rtmpsSessions === 1 ? [] : [`${rtmpsSessions} RTMPS sessions`]),
    ],
  },
  {
    name: 'server-reset',
    live: true,
    promise: 'RTMPS reset: reconnected in the window from the first key frame not acknowledged, 0 frames missing',
    rungs: ALL,
    play: playServer(({ sink }) => sink.reset()),
    keeps: keepsServer,
  },
  {
    name: 'server-stalled',
    live: true,
    promise: 'RTMPS server stops reading: noticed, reconnected in the window, 0 frames missing',
    rungs: ALL,
    play: playServer(({ sink }) => sink.stall()),
    keeps: keepsServer,
  },
  {
    name: 'server-frozen',
    promise: 'RTMPS server frozen for 20 s: reconnected in the window, 0 frames missing',
    rungs: ALL,
    play: playServer(async ({ sink }) => {
      sink.freeze();
      await delay(20_000);
      sink.reset();
      sink.thaw();
    }),
    keeps: keepsServer,
  },
  {
    name: 'key-refused',
    promise: 'a key that the server refuses ends the show at once, with its own reason',
    rungs: ALL,
    play: playKeyRefused,
    keeps: (_, notes) => [
      ...(notes['end'] === 'upstream-refused' ? [] : [`ended with ${String(notes['end'])}`]),
      ...within('told after', notes['toldMs'], 2_000),
    ],
  },
  {
    name: 'worker-killed',
    promise: 'worker killed: another one goes on within 5 s of the first retry, 0 frames missing',
    rungs: ALL,
    workers: 2,
    restarts: true,
    play: playWorkerKilled,
    keeps: (measured, notes) => [
      ...whole(measured),
      ...finished(notes),
      ...within('flowed again after', notes['flowedMs'], 5_000),
    ],
  },
  {
    name: 'worker-stopped',
    promise: 'worker told to stop: shows move, it exits inside 110 s, nothing is lost',
    rungs: ALL,
    restarts: true,
    play: playWorkerStopped,
    keeps: (measured, notes) => [
      ...whole(measured),
      ...finished(notes),
      ...within('exited after', notes['exitMs'], 110_000),
    ],
  },
  {
    name: 'second-publisher',
    promise: 'the newer publisher wins, the older is told `replaced`, never two writers on one key',
    rungs: ALL,
    play: playSecondPublisher,
    keeps: (measured, notes) => [
      ...whole(measured),
      ...finished(notes),
      ...(notes['older'] === 'replaced' ? [] : [`the older one was told ${String(notes['older'])}`]),
      ...(notes['twoWriters'] === true ? ['two writers at once'] : []),
    ],
  },
  {
    name: 'takeover',
    harmsEncoders: true,
    promise: 'taken over while its encoder is behind: what was received is published whole, then the newer one',
    rungs: ALL,
    play: playTakeover((encoders) => slowDown(encoders, { share: 0, easedShare: 1 })),
    keeps: keepsTakeover,
  },
  {
    name: 'takeover-slow',
    harmsEncoders: true,
    promise: 'taken over while its encoder is too slow, and is slow to the end: what was received is published whole',
    rungs: ENCODED,
    play: playTakeover((encoders) => slowDown(encoders, { share: 0.01, easedShare: 0.2 })),
    keeps: keepsTakeover,
  },
  {
    name: 'encoder-starved',
    harmsEncoders: true,
    promise: 'an encoder that hardly gets the processor for 20 s is waited for, and not begun again: 0 frames missing',
    rungs: ENCODED,
    play: playStarved,
    keeps: (measured, notes) => [
      ...whole(measured),
      ...finished(notes),
      ...oneSession(measured),
      ...(notes['encoders'] === 1 ? [] : [`${String(notes['encoders'])} encoders`]),
      ...(Number(notes['silentMs']) > STALL_MS ? [] : [`it was silent for ${String(notes['silentMs'])} ms only`]),
    ],
  },
  {
    name: 'hostile-input',
    promise: 'garbage, truncated, hostile and oversized input: a named refusal to its sender, nobody else touched',
    rungs: ['1', '4'],
    play: async (harness, rungs) => {
      const shows = await startAll(harness, rungs);
      await untilArrived(harness, shows, 3_000);
      const { wrong } = await playHostile(harness);
      await playOn(harness, shows, AFTER_MS);
      await finish(harness, shows);
      return withNotes(shows, () => ({ wrong: wrong.join('; ') }));
    },
    keeps: (measured, notes) => [
      ...whole(measured),
      ...finished(notes),
      ...oneSession(measured),
      ...(notes['wrong'] === '' ? [] : [String(notes['wrong'])]),
    ],
  },
  {
    name: 'slow-server',
    promise: 'a slow server: memory bounded, pressure reaches the publisher, whole GOPs left out and nothing else',
    rungs: ['1'],
    restarts: true,
    play: playSlowServer,
    keeps: (measured, notes) => [
      ...whole(measured),
      // What was left out is not whole, and the publisher says so.
      ...(notes['end'] === 'cut-short' ? [] : [`ended with ${String(notes['end'])}`]),
      ...(Number(notes['skips']) > 0 && measured.skipped.video > 0 ? [] : ['pressure did not reach the publisher']),
    ],
  },
  ...MEDIA_SCENARIOS,
  ...SERVER_SCENARIOS,
  ...ABSENCE_SCENARIOS,
];

/** Whatever is done to it, a worker of this program's few shows holds no more. */
export const MEMORY_MB = 320;
