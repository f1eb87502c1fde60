import { setTimeout as delay } from 'node:timers/promises';
import type { Harness } from './harness.ts';
import { makeSlides, type Rung } from './rung-captures.ts';
import { arrivedMs, finish, type PlayedShow, playOn, playShow, sessionsOf, untilArrived } from './running-show.ts';
import {
  AFTER_MS,
  ALL,
  finished,
  type Notes,
  oneSession,
  type Played,
  type Scenario,
  whole,
  within,
  withNotes,
} from './scenario.ts';
import type { Measured } from './verdict.ts';
import { until } from '#stand-ins/until';

/** What cameras, screens and clocks do: media that no two seconds of are alike. */

const SLIDES_SECONDS = 100;
/** Within the one GOP: the socket is cut at the first, the connection upstream at the second, and the show ends after the third. */
const SLIDES_MS = { cut: 25_000, reset: 50_000, end: 76_000 } as const;
const SOCKET_AWAY_MS = 10_000;
const PATIENCE_MS = 90_000;

const playSlides = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const shows = await Promise.all(
    rungs.map(async (rung) => playShow(harness, rung, { capture: await makeSlides(rung, SLIDES_SECONDS) })),
  );
  await untilArrived(harness, shows, SLIDES_MS.cut, PATIENCE_MS);
  harness.network.admits = 'none';
  harness.network.cut();
  await delay(SOCKET_AWAY_MS);
  harness.network.admits = 'all';
  await untilArrived(harness, shows, SLIDES_MS.reset, PATIENCE_MS);
  harness.sink.reset();
  await untilArrived(harness, shows, SLIDES_MS.end, PATIENCE_MS);
  await finish(harness, shows);
  return withNotes(shows, (show) => ({
    keyFrames: sessionsOf(harness, show)
      .map(({ frames }) => frames.filter(({ kind, key }) => kind === 'video' && key).length)
      .join(' '),
  }));
};

const CAMERA_AWAY_MS = 25_000;
/** After the last picture was recorded, the last key frame before it, and the start of an encoder on a busy machine. */
const FIRST_STILL_MS = 6_000;
/** Twice a second from then on, and a tenth less where sound came in a burst. */
const LEAST_STILLS = Math.floor(((CAMERA_AWAY_MS - FIRST_STILL_MS) / 500) * 0.9);

const playCameraAway = async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
  const shows = await Promise.all(rungs.map((rung) => playShow(harness, rung)));
  await untilArrived(harness, shows, 6_000);
  for (const { publisher } of shows) publisher.camera('away');
  const fromMs = shows.map(({ publisher }) => publisher.mediaMs);
  await until(
    'the sound of every show has gone on alone',
    () => shows.every((show, index) => arrivedMs(harness, show) > (fromMs[index] ?? 0) + CAMERA_AWAY_MS),
    { withinMs: PATIENCE_MS },
  );
  const meanwhile = shows.map((show, index) => picturesAfter(harness, show, (fromMs[index] ?? 0) + FIRST_STILL_MS));
  for (const { publisher } of shows) publisher.camera('back');
  // A recorder's next key frame may be eight seconds away.
  await playOn(harness, shows, 3 * AFTER_MS);
  await finish(harness, shows);
  return withNotes(shows, (show) => ({ picturesMeanwhile: meanwhile[shows.findIndex((one) => one === show)] ?? 0 }));
};

const picturesAfter = (harness: Harness, show: PlayedShow, ms: number): number =>
  sessionsOf(harness, show).flatMap(({ frames }) => frames.filter(({ kind, dtsMs }) => kind === 'video' && dtsMs > ms))
    .length;

const keepsCameraAway = (measured: Measured, notes: Notes): string[] => {
  const common = [...whole(measured), ...finished(notes), ...oneSession(measured)];
  if (notes['rung'] === '4' || notes['rung'] === '4-firefox')
    return [
      ...common,
      ...within('no picture for', measured.largestGapMs.video, FIRST_STILL_MS),
      ...(measured.stills >= LEAST_STILLS
        ? []
        : [`the last picture ${measured.stills} times, promised ${LEAST_STILLS}`]),
      ...(Number(notes['picturesMeanwhile']) > 0 ? [] : ['none of them came while the camera was away']),
    ];
  return [...common, ...(measured.stills === 0 ? [] : ['pictures in a copy that nobody recorded'])];
};

type Jump = { ms: number | 'to-zero'; fromMs?: number };

const playJump =
  ({ ms, fromMs = 0 }: Jump) =>
  async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
    const shows = await Promise.all(rungs.map((rung) => playShow(harness, rung, { clockFromMs: fromMs })));
    await untilArrived(harness, shows, 5_000);
    for (const { publisher } of shows)
      publisher.jump(ms === 'to-zero' ? NEARLY_ZERO_MS - Math.floor(publisher.mediaMs) : ms);
    await playOn(harness, shows, 3 * AFTER_MS);
    await finish(harness, shows);
    return withNotes(shows, () => ({}));
  };

/** SPEC E15. */
const LARGEST_GAP_MS = 2_000;

const keepsJump = (measured: Measured, notes: Notes): string[] => [
  ...whole(measured),
  ...finished(notes),
  ...oneSession(measured),
  ...within('a gap of', Math.max(measured.largestGapMs.video, measured.largestGapMs.audio), LARGEST_GAP_MS),
];

/** What comes next may have begun a little before the end of what came last. */
const NEARLY_ZERO_MS = 200;
/** So late a clock begins that it can step back. */
const LATE_MS = 700_000;
const JUMPS: readonly (Jump & { name: string; what: string })[] = [
  { name: 'clock-ahead-65s', ms: 65_000, what: 'jumps 65 s ahead' },
  { name: 'clock-ahead-600s', ms: 600_000, what: 'jumps 600 s ahead' },
  { name: 'clock-back-65s', ms: -65_000, fromMs: LATE_MS, what: 'begins at 700 s and steps 65 s back' },
  { name: 'clock-back-600s', ms: -600_000, fromMs: LATE_MS, what: 'begins at 700 s and steps 600 s back' },
  { name: 'clock-restarted', ms: 'to-zero', what: 'begins again at 0, as a recorder that was started anew' },
];

export const MEDIA_SCENARIOS: readonly Scenario[] = [
  {
    name: 'slides',
    promise: 'one key frame in 76 s, the socket cut and the server reset within it: 0 frames missing',
    rungs: ALL,
    play: playSlides,
    keeps: (measured, notes) => [
      ...whole(measured),
      ...finished(notes),
      ...(measured.rtmpsSessions === 2 ? [] : [`${measured.rtmpsSessions} RTMPS sessions`]),
    ],
  },
  {
    name: 'camera-away',
    promise: `sound alone for ${CAMERA_AWAY_MS / 1_000} s: 0 frames missing, and in a transcode the last picture again while it lasts`,
    rungs: ALL,
    play: playCameraAway,
    keeps: keepsCameraAway,
  },
  ...JUMPS.map(({ name, what, ...jump }): Scenario => ({
    name,
    promise: `the recording's clock ${what}: 0 frames missing, none of them later than it was, RTMPS unbroken`,
    rungs: ALL,
    play: playJump(jump),
    keeps: keepsJump,
  })),
];
