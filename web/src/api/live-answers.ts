import type { LiveView } from '#contract/http';
import type { Api } from './api.ts';
import { ApiError } from './api-error.ts';

/** Asks for the short view of a show as nobody, so that a cache may answer; and of one that is not for all as who one is. */
export const liveAnswers = (api: Pick<Api, 'live'>) => {
  const closed = new Set<string>();
  return async (id: string, { signal }: { signal: AbortSignal }): Promise<LiveView> => {
    if (closed.has(id)) return api.live(id, { signal, anonymous: false });
    try {
      return await api.live(id, { signal, anonymous: true });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'not-signed-in')) throw error;
      closed.add(id);
      return api.live(id, { signal, anonymous: false });
    }
  };
};
