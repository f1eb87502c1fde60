import type { Figures } from '#store/figures';

/** A larger audience asks and is not told: one message to all of it would starve the API. */
export const AUDIENCE_CAP = 2_000;
/** Who asks comes back to being told below this, so that an audience about the cap does not go to and fro. */
const BACK_BELOW = 0.8 * AUDIENCE_CAP;

/** Whether there is room for one more who is told, as one who asks is answered. */
export const modeFor = (counted: Pick<Figures, 'viewers'> | undefined): 'push' | 'poll' =>
  (counted?.viewers ?? 0) < BACK_BELOW ? 'push' : 'poll';
