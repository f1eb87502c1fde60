import type { UrlAnswer } from '#ingest-client/dial';
import { RUNG_PARAMETER, type Rung } from '#wire';
import type { BroadcastPorts } from './ports.ts';

/** The addresses of a show: first the one that came with the stream, then a fresh one for every connection. */
export const createIngestUrls = (ports: Pick<BroadcastPorts, 'getIngestUrl'>) => {
  let first: string | undefined;
  return {
    startWith: (url: string) => {
      first = url;
    },
    next: async (streamId: string | undefined, rung: Rung | undefined): Promise<UrlAnswer> => {
      const url = first;
      first = undefined;
      if (url !== undefined) return withRung(url, rung);
      if (streamId === undefined) return { given: false, because: 'ended' };
      try {
        const answer = await ports.getIngestUrl(streamId);
        return answer.given ? withRung(answer.url, rung) : answer;
      } catch {
        return { given: false, because: 'unreachable' };
      }
    },
  };
};

/** With the rung in it, so that a worker with room for this one does not turn it away for want of room for another. */
const withRung = (url: string, rung: Rung | undefined): UrlAnswer => {
  const named = new URL(url);
  if (rung) named.searchParams.set(RUNG_PARAMETER, rung);
  return { given: true, url: named.href };
};
