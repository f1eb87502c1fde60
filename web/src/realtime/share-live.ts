import type { Snapshot } from './snapshot.ts';

type Following = { streamId: string; mine?: boolean; onChange: (snapshot: Snapshot) => void };
type Follow = (following: Following) => () => void;

/** Follows each stream once for all of a page's parts that want to know of it, and tells each what is known already. */
export const shareLive = (follow: Follow): Follow => {
  const followed = new Map<
    string,
    { listeners: Set<Following['onChange']>; mine: boolean; latest?: Snapshot; stop: () => void }
  >();
  return ({ streamId, mine = false, onChange }) => {
    const known = followed.get(streamId);
    const shared = known ?? { listeners: new Set(), mine, stop: () => {} };
    // each follower by itself, even where two pass the same function
    const listener: Following['onChange'] = (snapshot) => onChange(snapshot);
    shared.listeners.add(listener);
    if (known?.latest) onChange(known.latest);
    // a page that shows it to its creator as well is told of it as its creator is
    if (known === undefined || (mine && !known.mine)) {
      followed.set(streamId, shared);
      shared.mine = mine;
      shared.stop();
      shared.stop = follow({
        streamId,
        mine,
        onChange: (snapshot) => {
          shared.latest = snapshot;
          for (const one of shared.listeners) one(snapshot);
        },
      });
    }
    return () => {
      shared.listeners.delete(listener);
      if (shared.listeners.size > 0 || followed.get(streamId) !== shared) return;
      followed.delete(streamId);
      shared.stop();
    };
  };
};
