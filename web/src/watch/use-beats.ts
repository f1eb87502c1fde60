import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { createHeartbeat } from '../realtime/heartbeat.ts';

/**
 * What to call with the player's progress, so that this viewer is counted.
 *
 * @param oneIn of how many viewers one tells of itself
 */
export const useBeats = (streamId: string, oneIn: number): ((seconds: number) => void) => {
  const { api, browser, queries } = useApp();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const viewer = me?.id ?? `web_${browser}`;
  const heartbeat = useMemo(
    () => createHeartbeat({ send: (at) => api.beat(streamId, { at, browser }), now: () => performance.now() }),
    [api, browser, streamId],
  );
  return useCallback(
    (at) => heartbeat.progressed(at, { viewer, streamId, oneIn }),
    [heartbeat, viewer, streamId, oneIn],
  );
};
