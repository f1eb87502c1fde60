import { isSampled, PRESENCE } from '#contract/presence';

/** After a beat that failed, the next is tried so soon. */
const RETRY_MS = 2_000;

type Parts = {
  /** Tells where the player is, in seconds of its own clock. */
  send: (at: number) => Promise<void>;
  now: () => number;
};

/**
 * Tells that a player goes on, every 15 s, from what the player itself tells of its progress: whoever stands still, waits or has
 * been closed is silent by itself.
 */
export const createHeartbeat = ({ send, now }: Parts) => {
  let last = Number.NaN;
  let dueAt = 0;
  let sending = false;
  return {
    /**
     * The player is here.
     *
     * @param at seconds of its own clock
     * @param sample who is asked: this viewer, of this stream, and of how many viewers one tells
     */
    progressed: (
      at: number,
      { viewer, streamId, oneIn }: { viewer: string; streamId: string; oneIn: number },
    ): void => {
      const moved = Number.isFinite(last) && at !== last;
      last = at;
      if (!moved || sending || now() < dueAt || !isSampled(viewer, streamId, oneIn)) return;
      sending = true;
      dueAt = now() + PRESENCE.beatEveryMs;
      send(at)
        .catch(() => {
          dueAt = now() + RETRY_MS;
        })
        .finally(() => {
          sending = false;
        });
    },
  };
};
