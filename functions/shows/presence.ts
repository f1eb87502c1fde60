import type { StreamId } from '#domain/ids';
import { isSampled, PRESENCE, type Viewer } from '#domain/presence';
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

/** Of how many shows is remembered what their viewers need not ask for at each beat. */
const REMEMBERED = 1_000;

/** Counts who plays. What the beats of one show ask alike is asked once for all that come within a count of viewers. */
export const createPresence = ({ presence, figures, access, wake, clock }: Parts) => {
  const seen = new Map<StreamId, { oneIn: number; at: number; woken: boolean }>();

  const about = async (id: StreamId): Promise<{ oneIn: number; woken: boolean }> => {
    const known = seen.get(id);
    if (known && clock().getTime() - known.at < PRESENCE.countEveryMs) return known;
    const fresh = { oneIn: (await figures.ofMany([id])).get(id)?.oneIn ?? 1, at: clock().getTime(), woken: false };
    seen.delete(id);
    seen.set(id, fresh);
    for (const oldest of seen.keys()) {
      if (seen.size <= REMEMBERED) break;
      seen.delete(oldest);
    }
    return fresh;
  };

  return {
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
      const show = await about(stream.id);
      const { oneIn } = show;
      if (!isSampled(viewer, stream.id, oneIn)) return false;
      const is = await presence.beat(stream.id, viewer, { position, weight: oneIn }, clock().getTime());
      if (is === 'stands') return false;
      // while anybody plays somebody delivers; one who begins may be the first
      if (is === 'goes-on' && show.woken) return true;
      await wake(stream.id);
      show.woken = true;
      return true;
    },
  };
};
export type Presence = ReturnType<typeof createPresence>;

/** Who watches, as far as we can tell people apart: a person, else a browser, else a socket. */
export const viewerOf = (userId: string | undefined, browser: string | undefined, otherwise: string): Viewer =>
  userId ?? (browser === undefined ? otherwise : `web_${browser}`);
