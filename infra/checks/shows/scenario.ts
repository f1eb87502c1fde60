import type { Recorded } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import type { Harness } from './harness.ts';
import type { Rung } from './rung-captures.ts';
import { type RunningShow, startShow } from './running-show.ts';
import type { Measured } from './verdict.ts';

/** One line of the promise table (ingest design), as something to be played. */
export type Scenario = {
  name: string;
  promise: string;
  rungs: readonly Rung[];
  workers?: number;
  /** Encoders die on the way. */
  restarts?: boolean;
  /** Encoders are harmed, and so have to be processes, also where the worker would copy by itself. */
  harmsEncoders?: boolean;
  /** A real browser can play it, too. */
  live?: boolean;
  /** Plays the shows through the harm to their end; what it notes is printed, and judged by `keeps`. */
  play(harness: Harness, rungs: readonly Rung[]): Promise<Played[]>;
  /** What is wrong with a show, in a few words each; none where the promise was kept. */
  keeps(measured: Measured, notes: Notes): string[];
};

/** `sessions`: those that are judged, where not all of the show's are. */
export type Played = { show: RunningShow; notes: Notes; sessions?: Recorded[] };
export type Notes = Readonly<Record<string, number | string | boolean>>;

export const ALL = ['1', '2', '3', '4', '4-firefox'] as const satisfies Rung[];
/** Those of which something is encoded: a process does it, wherever the worker copies by itself. */
export const ENCODED = ['3', '4', '4-firefox'] as const satisfies Rung[];
/** How long a show goes on after it has been harmed. */
export const AFTER_MS = 4_000;

export const startAll = (harness: Harness, rungs: readonly Rung[]): Promise<RunningShow[]> =>
  Promise.all(rungs.map((rung) => startShow(harness, rung)));

export const withNotes = (shows: readonly RunningShow[], note: (show: RunningShow) => Notes): Played[] =>
  shows.map((show) => ({
    show,
    notes: { rung: show.rung, end: show.publisher.ending ?? 'none', ...note(show) },
  }));

/** Nothing missing, doubled, reordered, altered or made up, and sound where it was against the picture. */
export const whole = (measured: Measured): string[] => {
  const { missing, doubled, reordered, foreign, altered, avShiftMs } = measured;
  const wrong: string[] = [];
  for (const [what, { video, audio }] of Object.entries({ missing, doubled, reordered, foreign }))
    if (video + audio > 0) wrong.push(`${video} video and ${audio} audio frames ${what}`);
  if (altered > 0) wrong.push(`${altered} frames altered`);
  if (Math.abs(avShiftMs) > AV_SHIFT_MS) wrong.push(`sound moved by ${avShiftMs} ms`);
  return wrong;
};
/** One frame of sound: where an encoder begins anew, so does its grid. */
const AV_SHIFT_MS = 25;

export const finished = ({ end }: Notes): string[] => (end === 'finished' ? [] : [`ended with ${String(end)}`]);
export const oneSession = ({ rtmpsSessions }: Measured): string[] =>
  rtmpsSessions === 1 ? [] : [`${rtmpsSessions} RTMPS sessions`];
export const within = (what: string, value: Notes[string] | undefined, limit: number): string[] =>
  typeof value === 'number' && value <= limit ? [] : [`${what} ${String(value)} ms, promised ${limit}`];

export const encodersOf = async (harness: Harness): Promise<number[]> =>
  (await Promise.all(harness.workers.filter(({ isGone }) => !isGone).map((worker) => worker.children()))).flat();
