import type { Health, Rung } from '#wire';
import { causeOf, withSample, type Cause, type Sample } from './cause.ts';
import type { Stats } from './engine/messages.ts';

/** What has been measured in a show so far. */
export type Measured = {
  /** Known once the browser's encoders have been tried. */
  rung: Rung | undefined;
  health: Health | undefined;
  stats: Stats | undefined;
  /** Why it is not well, or that it is. */
  cause: Cause;
  /** How much of the show is missing because the network was away for longer than memory holds. */
  skippedMs: number;
  /** There is no more room on this device for what is to stay there. */
  roomGone: boolean;
};

const NOTHING_MEASURED: Measured = {
  rung: undefined,
  health: undefined,
  stats: undefined,
  cause: { is: 'unknown' },
  skippedMs: 0,
  roomGone: false,
};
/** What the worker said so long ago tells nothing of now. */
const HEALTH_FRESH_MS = 3_500;

type Parts = { clock: () => number; onChange: () => void };

/** Gathers what is measured in a show, and makes out what keeps it from being well. */
export const createMeasuring = ({ clock, onChange }: Parts) => {
  let measured = NOTHING_MEASURED;
  let samples: Sample[] = [];
  /** When the worker last told its health. */
  let heardMs = -Infinity;
  const set = (news: Partial<Measured>) => {
    measured = { ...measured, ...news };
    onChange();
  };
  return {
    view: () => measured,
    set,
    reset: () => set(NOTHING_MEASURED),
    onHealth: (health: Health) => {
      heardMs = clock();
      set({ health });
    },
    /** What the worker said on the connection that is lost tells nothing of the next. */
    onLost: () => {
      heardMs = -Infinity;
    },
    onSkipped: (ms: number) => set({ skippedMs: measured.skippedMs + ms }),
    /** @param onAir it has a connection: before, and without one, there is something else to be said */
    onStats: (stats: Stats, { onAir, frameRate }: { onAir: boolean; frameRate: number }) => {
      const atMs = clock();
      const health = atMs - heardMs < HEALTH_FRESH_MS ? measured.health : undefined;
      samples = onAir ? withSample(samples, { atMs, stats, health }) : [];
      set({ stats, cause: causeOf(samples, frameRate) });
    },
  };
};
