import { useEffect, useState } from 'react';
import { useApp } from './app-context.ts';
import type { Snapshot } from '../realtime/snapshot.ts';

/**
 * What is known of a stream right now, kept up to date while the caller is on the page; undefined until the first word.
 * Without an id it follows nothing.
 *
 * @param options.mine whose show it is: told of everything whatever the size of the audience
 */
export const useLive = (streamId: string | undefined, { mine = false } = {}): Snapshot | undefined => {
  const { followLive } = useApp();
  const [latest, setLatest] = useState<{ streamId: string; snapshot: Snapshot }>();
  useEffect(() => {
    if (streamId === undefined) return undefined;
    return followLive({ streamId, mine, onChange: (snapshot) => setLatest({ streamId, snapshot }) });
  }, [followLive, mine, streamId]);
  return latest?.streamId === streamId ? latest?.snapshot : undefined;
};
