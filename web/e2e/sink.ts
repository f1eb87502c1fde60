import type { IngestStatistics } from '#stand-ins/mux/rtmp/ingest-statistics';
import { localSecrets } from '../../infra/local/secrets.ts';
import { joinConnections, type Ingest } from './connections.ts';

/** What the Mux stand-in knows of a live stream, and each frame that came to it. */
export type Arrived = { liveStreamId: string; assetId: string | undefined; ingest: Ingest };

export type Sink = {
  /** The live stream to which an encoder connected at `sinceMs` or later, and what has come since then. */
  arrived: (sinceMs: number) => Promise<Arrived | undefined>;
};

type Live = { id: string; assetId?: string; ingest?: IngestStatistics; earlier?: IngestStatistics[] };

/** Opens the books of a platform's Mux stand-in: the far end of the whole way, where a frame has come or has not. */
export const openSink = async (dataDir: string, muxPort: string): Promise<Sink> => {
  const { muxTokenId, muxTokenSecret } = await localSecrets(dataDir);
  const authorization = `Basic ${Buffer.from(`${muxTokenId}:${muxTokenSecret}`).toString('base64')}`;
  const ask = async <Answer>(path: string): Promise<Answer> => {
    const answer = await fetch(`http://localhost:${muxPort}${path}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`the Mux stand-in answers ${answer.status} to ${path}`);
    return (await answer.json()) as Answer;
  };
  return {
    arrived: async (sinceMs) => {
      const { data } = await ask<{ data: { id: string }[] }>('/video/v1/live-streams?limit=100');
      for (const { id } of data) {
        const { assetId, ingest, earlier = [] } = await ask<Live>(`/_local/live-streams/${id}?timestamps`);
        const connections = [...earlier, ...(ingest ? [ingest] : [])];
        const joined = joinConnections(connections.filter(({ connectedAt }) => Date.parse(connectedAt) >= sinceMs));
        if (joined) return { liveStreamId: id, assetId, ingest: joined };
      }
      return undefined;
    },
  };
};
