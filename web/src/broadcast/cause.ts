import type { Health } from '#wire';
import type { Stats } from './engine/messages.ts';

/** What was measured of a show in one second; `atMs` on any clock that goes on. */
export type Sample = {
  atMs: number;
  stats: Pick<Stats, 'backlogMs' | 'fps' | 'droppedFrames'>;
  /** What the worker said last; nothing where it has said nothing for a while. */
  health: Health | undefined;
};

/**
 * Why a show is not well, or that it is: one thing at a time, the nearest to the creator first, each with the number that it is
 * told by.
 */
export type Cause =
  /** Nobody can say yet: it has just begun or come back, or the worker has said nothing for a while. */
  | { is: 'unknown' }
  /** Pictures were left out before they could be sent, in the last 10 s. */
  | { is: 'machine-busy'; pictures: number }
  /** So much waits here and it does not become less, though the worker would take it. */
  | { is: 'upload-slow'; waitingMs: number }
  /** So much has come to the worker, or waits here for it, and is not taken beyond it. */
  | { is: 'service-slow'; waitingMs: number }
  /** So much waits here, and becomes less. */
  | { is: 'catching-up'; waitingMs: number }
  | { is: 'size-changed' }
  | { is: 'well' };

/** How long samples are looked back at. */
export const MEMORY_MS = 10_000;
/** The share of the pictures that may be left out. */
const LEFT_OUT_SHARE = 0.02;
/** The share of a second's pictures that a machine gives at least, while it keeps up. */
const KEPT_UP = 0.85;
/** What waits for so long, sample after sample, waits for the network; less is a matter of its turn. */
const WAITING_MS = 1_500;
const WAITING_SAMPLES = 3;
/** Becoming less means by this much since the first of them. */
const LESS_MS = 300;
/** Seconds that are missing between two samples: the page stood still, and what came before tells nothing any more. */
const STOOD_STILL_MS = 4_000;

/** With one more sample; without those that are too old, or lie before a standstill of the page. */
export const withSample = (samples: readonly Sample[], next: Sample): Sample[] => {
  const last = samples.at(-1);
  const goesOn = last === undefined || next.atMs - last.atMs < STOOD_STILL_MS;
  return [...(goesOn ? samples.filter(({ atMs }) => atMs > next.atMs - MEMORY_MS) : []), next];
};

const isServiceSlow = ({ state, warning, held }: Health): boolean =>
  held === true || warning === 'upstream-slow' || state === 'recovering';

export const causeOf = (samples: readonly Sample[], frameRate: number): Cause => {
  const last = samples.at(-1);
  const [first] = samples;
  if (!last || !first) return { is: 'unknown' };
  const { health, stats } = last;
  const newest = samples.slice(-WAITING_SAMPLES);

  // the first second has the start of everything in it
  const wanted = Math.round(((last.atMs - first.atMs) * frameRate) / 1_000);
  const made = Math.round(samples.slice(1).reduce((sum, sample) => sum + sample.stats.fps, 0));
  const leftOut = Math.max(stats.droppedFrames - first.stats.droppedFrames, wanted - made);
  const isSlow = newest.length === WAITING_SAMPLES && newest.every((sample) => sample.stats.fps < frameRate * KEPT_UP);
  const drops = newest.some(
    (sample, at) => sample.stats.droppedFrames > (newest[at - 1] ?? sample).stats.droppedFrames,
  );
  if (isSlow || (drops && stats.droppedFrames - first.stats.droppedFrames > wanted * LEFT_OUT_SHARE))
    return { is: 'machine-busy', pictures: Math.max(1, leftOut) };

  const waits = newest.length === WAITING_SAMPLES && newest.every((sample) => sample.stats.backlogMs > WAITING_MS);
  const serviceSlow = health !== undefined && isServiceSlow(health);
  const less = (newest[0]?.stats.backlogMs ?? 0) - stats.backlogMs > LESS_MS;
  if (waits && !less && !(serviceSlow && health.held !== false))
    return { is: 'upload-slow', waitingMs: stats.backlogMs };
  if (serviceSlow)
    return { is: 'service-slow', waitingMs: (health.unacknowledgedMs ?? health.delayMs) + stats.backlogMs };
  if (waits) return { is: 'catching-up', waitingMs: stats.backlogMs };
  const justBack = newest.length < WAITING_SAMPLES && stats.backlogMs > WAITING_MS;
  if (justBack || health === undefined) return { is: 'unknown' };
  return { is: health.warning === 'size-changed' ? 'size-changed' : 'well' };
};
