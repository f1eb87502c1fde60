import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { isKeptOut } from '../api/api-error.ts';
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
  const queryClient = useQueryClient();
  const heartbeat = useMemo(() => {
    const send = (at: number) =>
      api.beat(streamId, { at, browser }).catch((error: unknown) => {
        // who is kept out of a show that everybody else may watch hears of it here where nothing is pushed
        if (isKeptOut(error)) void queryClient.invalidateQueries({ queryKey: ['stream', streamId] });
        throw error;
      });
    return createHeartbeat({ send, now: () => performance.now() });
  }, [api, browser, queryClient, streamId]);
  return useCallback(
    (at) => heartbeat.progressed(at, { viewer, streamId, oneIn }),
    [heartbeat, viewer, streamId, oneIn],
  );
};
