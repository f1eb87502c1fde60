import { setTimeout as delay } from 'node:timers/promises';
import { CLIENT_LIMITS } from '#ingest-client/limits';
import { type LeftoverEvent, sendLeftover } from '#ingest-client/leftover';
import { until } from '#stand-ins/until';
import { openNodeSocket } from '../../../ingest-worker/node-socket.testing.ts';
import type { Harness } from './harness.ts';
import { openRingOnDisk, type RingOnDisk } from './ring-on-disk.ts';
import type { Rung } from './rung-captures.ts';
import { finish, type PlayedShow, playOn, playShow, sessionsOf, untilArrived } from './running-show.ts';
import {
  AFTER_MS,
  ALL,
  finished,
  type Notes,
  oneSession,
  type Played,
  type Scenario,
  whole,
  withNotes,
} from './scenario.ts';
import type { Measured } from './verdict.ts';

/** What was recorded while nobody could be reached, or by a page that is gone. */

/** So little of it stays in memory that the rest has to come from disk. */
const MEMORY_BYTES = 200_000;
const OUTAGE_MS = 300_000;
/** A worker takes a line for dead sooner. */
const HALF_OPEN_MS = 60_000;
/** Five minutes are encoded anew in less than this, two transcodes beside each other on a small machine. */
const CATCH_UP_MS = 180_000;

const startOnDisk = async (harness: Harness, rungs: readonly Rung[]) =>
  Promise.all(
    rungs.map(async (rung) => {
      const ring = openRingOnDisk();
      return { show: await playShow(harness, rung, { ring, limits: { ringBytes: MEMORY_BYTES } }), ring };
    }),
  );

const cutOff = ({ network }: Harness): void => {
  network.admits = 'none';
  network.cut();
};
/** Packets vanish both ways, and no end hears of it. */
const silence = ({ network }: Harness): void => {
  network.admits = 'into-nothing';
  network.swallow();
};

const playOutage = async (
  harness: Harness,
  rungs: readonly Rung[],
  { begin, lastsMs }: { begin: (harness: Harness) => void; lastsMs: number },
): Promise<Played[]> => {
  const started = await startOnDisk(harness, rungs);
  const shows = started.map(({ show }) => show);
  await untilArrived(harness, shows, 6_000);
  const welcomes = shows.map(({ publisher }) => publisher.welcomes.length);
  begin(harness);
  await delay(lastsMs);
  harness.network.admits = 'all';
  await until('every show is back', () =>
    shows.every(({ publisher }, index) => publisher.welcomes.length > (welcomes[index] ?? 0)),
  );
  const backMs = performance.now();
  await playOn(harness, shows, AFTER_MS, CATCH_UP_MS);
  await finish(harness, shows);
  for (const { ring } of started) ring.remove();
  return withNotes(shows, ({ publisher }) => ({
    awayMs: Math.round(backMs - (publisher.losses?.at(0) ?? backMs)),
    skips: publisher.skipped.length,
  }));
};

const keepsOutage = (measured: Measured, notes: Notes): string[] => [
  ...whole(measured),
  ...finished(notes),
  ...(notes['skips'] === 0 ? [] : [`${String(notes['skips'])} times something was left out`]),
  ...oneSession(measured),
];

const AWAY_MS = 30_000;
/** What was recorded and could not be sent any more when the page went. */
const UNSENT_MS = 3_000;
const SENT_MS = 60_000;

const sendWhatIsLeft = ({ record, disk }: RingOnDisk, { stream }: PlayedShow): Promise<LeftoverEvent> => {
  if (!record) throw new Error('nothing was left');
  return new Promise((resolve) => {
    sendLeftover({
      record,
      disk,
      getUrl: async () => ({ given: true, url: await stream.getUrl() }),
      openSocket: openNodeSocket,
      limits: CLIENT_LIMITS,
      clock: () => performance.now(),
      after: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      random: Math.random,
      on: (event) => {
        if (event.type !== 'sending') resolve(event);
      },
    });
  });
};

const playTabGone = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const started = await startOnDisk(harness, rungs);
  await untilArrived(
    harness,
    started.map(({ show }) => show),
    6_000,
  );
  harness.network.admits = 'none';
  harness.network.cut();
  await delay(UNSENT_MS);
  for (const { show } of started) show.publisher.vanish();
  await delay(AWAY_MS);
  harness.network.admits = 'all';
  const sent = await Promise.all(started.map(({ show, ring }) => sendWhatIsLeft(ring, show)));
  const newer = await Promise.all(started.map(({ show: { rung, stream } }) => playShow(harness, rung, { stream })));
  await until('every newer feed is on the air', () => newer.every((show) => sessionsOf(harness, show).length > 1), {
    withinMs: SENT_MS,
  });
  await playOn(harness, newer, AFTER_MS);
  await finish(harness, newer);
  for (const { ring } of started) ring.remove();
  return started.flatMap(({ show }, index): Played[] => {
    const next = newer[index];
    if (!next) return [];
    const sessions = sessionsOf(harness, next);
    const { type = 'none', ms = 0 } = sent[index] ?? {};
    return [
      { show, sessions: sessions.slice(0, -1), notes: { rung: show.rung, feed: 'older', left: type, leftMs: ms } },
      {
        show: next,
        sessions: sessions.slice(-1),
        notes: { rung: show.rung, feed: 'newer', end: next.publisher.ending ?? 'none' },
      },
    ];
  });
};

const keepsTabGone = (measured: Measured, notes: Notes): string[] => {
  if (notes['feed'] === 'newer') return [...whole(measured), ...finished(notes)];
  return [
    ...whole(measured),
    ...(notes['left'] === 'sent' && Number(notes['leftMs']) >= UNSENT_MS / 2
      ? []
      : [`what was left: ${String(notes['left'])}, ${String(notes['leftMs'])} ms`]),
    ...(measured.rtmpsSessions === 1 ? [] : [`${measured.rtmpsSessions} RTMPS sessions`]),
  ];
};

export const ABSENCE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'outage-5min',
    promise:
      'no network for 5 minutes, the ring on disk: 0 frames missing, one show goes on where it was, RTMPS unbroken',
    rungs: ALL,
    restarts: true,
    play: (harness, rungs) => playOutage(harness, rungs, { begin: cutOff, lastsMs: OUTAGE_MS }),
    keeps: keepsOutage,
  },
  {
    name: 'half-open-1min',
    promise: 'a line is dead for a minute and nobody closes it: 0 frames missing, the feed goes on, RTMPS unbroken',
    rungs: ALL,
    play: (harness, rungs) => playOutage(harness, rungs, { begin: silence, lastsMs: HALF_OPEN_MS }),
    keeps: keepsOutage,
  },
  {
    name: 'tab-gone',
    promise:
      'the tab is gone for 30 s with 3 s unsent: the next page sends them from disk, 0 of what was there missing, and goes on',
    rungs: ALL,
    play: playTabGone,
    keeps: keepsTabGone,
  },
];
