import { isSampled, type Viewer } from '#domain/presence';
import { isLiveToViewers, type Stream } from '#domain/stream';
import type { FiguresStore } from '#store/figures';
import type { PresenceStore } from '#store/presence';
import type { Caller } from '../http/caller.ts';
import type { Access } from './access.ts';
import type { Wake } from './wake.ts';

type Parts = {
  presence: Pick<PresenceStore, 'beat'>;
  figures: Pick<FiguresStore, 'ofMany'>;
  access: Pick<Access, 'requireWatch'>;
  wake: Wake;
  clock: () => Date;
};

/** Counts who plays. */
export const createPresence = ({ presence, figures, access, wake, clock }: Parts) => ({
  /**
   * Hears of a player that it goes on. False where that counts for nothing: nothing is on the air, the player stands still, or
   * so many watch that others tell for this one.
   *
   * @param viewer whose player; whoever may not watch is refused
   * @param position where the player is, in seconds of its own clock
   */
  beat: async (
    stream: Stream,
    { viewer, caller }: { viewer: Viewer; caller: Pick<Caller, 'userId' | 'roles'> | undefined },
    position: number,
  ): Promise<boolean> => {
    await access.requireWatch(stream, caller);
    if (!isLiveToViewers(stream)) return false;
    const oneIn = (await figures.ofMany([stream.id])).get(stream.id)?.oneIn ?? 1;
    if (!isSampled(viewer, stream.id, oneIn)) return false;
    const plays = await presence.beat(stream.id, viewer, { position, weight: oneIn }, clock().getTime());
    if (plays) await wake(stream.id);
    return plays;
  },
});
export type Presence = ReturnType<typeof createPresence>;

/** Who watches, as far as we can tell people apart: a person, else a browser, else a socket. */
export const viewerOf = (userId: string | undefined, browser: string | undefined, otherwise: string): Viewer =>
  userId ?? (browser === undefined ? otherwise : `web_${browser}`);
