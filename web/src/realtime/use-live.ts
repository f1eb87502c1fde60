import { useEffect, useState } from 'react';
import { useApp } from '../context/app-context.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What is known of a stream right now, kept up to date while the caller is on the page; undefined until the first word.
 * Without an id it follows nothing.
 */
export const useLive = (streamId: string | undefined): Snapshot | undefined => {
  const { followLive } = useApp();
  const [heard, setHeard] = useState<{ streamId: string; snapshot: Snapshot }>();
  useEffect(() => {
    if (streamId === undefined) return undefined;
    return followLive({ streamId, onChange: (snapshot) => setHeard({ streamId, snapshot }) });
  }, [followLive, streamId]);
  return heard?.streamId === streamId ? heard?.snapshot : undefined;
};
