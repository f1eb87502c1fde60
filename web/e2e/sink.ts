import type { IngestStatistics } from '#stand-ins/mux/rtmp/ingest-statistics';
import { localSecrets } from '../../infra/local/secrets.ts';

/** What the Mux stand-in knows of a live stream: the connection that its encoder has, or had last, and each frame of it. */
export type Arrived = { liveStreamId: string; assetId: string | undefined; ingest: IngestStatistics };

export type Sink = {
  /** The encoder's connection that was made at `sinceMs` or later. */
  arrived: (sinceMs: number) => Promise<Arrived | undefined>;
};

type Live = { id: string; assetId?: string; ingest?: IngestStatistics };

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
        const { assetId, ingest } = await ask<Live>(`/_local/live-streams/${id}?timestamps`);
        if (ingest && Date.parse(ingest.connectedAt) >= sinceMs) return { liveStreamId: id, assetId, ingest };
      }
      return undefined;
    },
  };
};
