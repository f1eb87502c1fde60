import type { Snapshot } from './snapshot.ts';

type Following = { streamId: string; onChange: (snapshot: Snapshot) => void };
type Follow = (following: Following) => () => void;

/** Follows each stream once for all of a page's parts that want to know of it, and tells each what is known already. */
export const shareLive = (follow: Follow): Follow => {
  const followed = new Map<string, { listeners: Set<Following['onChange']>; latest?: Snapshot; stop: () => void }>();
  return ({ streamId, onChange }) => {
    const known = followed.get(streamId);
    const shared = known ?? { listeners: new Set(), stop: () => {} };
    // each follower by itself, even where two pass the same function
    const listener: Following['onChange'] = (snapshot) => onChange(snapshot);
    shared.listeners.add(listener);
    if (known === undefined) {
      followed.set(streamId, shared);
      shared.stop = follow({
        streamId,
        onChange: (snapshot) => {
          shared.latest = snapshot;
          for (const one of shared.listeners) one(snapshot);
        },
      });
    } else if (known.latest) onChange(known.latest);
    return () => {
      shared.listeners.delete(listener);
      if (shared.listeners.size > 0 || followed.get(streamId) !== shared) return;
      followed.delete(streamId);
      shared.stop();
    };
  };
};
