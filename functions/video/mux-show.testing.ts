/** Bodies as Mux sends them, for one live stream: of each event what we read and, to be sure that it is not kept, its secrets. */
export const muxShow = ({
  liveStreamId,
  assetId,
  startedAt,
}: {
  liveStreamId: string;
  assetId: string;
  startedAt: number;
}) => {
  let number = 0;
  const at = (afterMs: number): string => new Date(startedAt + afterMs).toISOString().replace('Z', '000Z');
  const envelope = (type: string, afterMs: number, object: { type: string; id: string }, data: object) => ({
    type,
    id: `evt-${assetId}-${++number}`,
    created_at: at(afterMs),
    object,
    environment: { name: 'Development', id: 'env1' },
    attempts: [],
    data,
  });
  const live = (type: string, afterMs: number, data: object = {}) =>
    envelope(
      `video.live_stream.${type}`,
      afterMs,
      { type: 'live', id: liveStreamId },
      {
        id: liveStreamId,
        created_at: 1_700_000_000,
        stream_key: 'mux-secret-key',
        srt_passphrase: 'mux-secret-passphrase',
        latency_mode: 'standard',
        max_continuous_duration: 43_200,
        status: 'active',
        ...data,
      },
    );
  const asset = (type: string, afterMs: number, data: object = {}) =>
    envelope(
      `video.asset.${type}`,
      afterMs,
      { type: 'asset', id: assetId },
      {
        id: assetId,
        created_at: Math.floor(startedAt / 1_000) + 1,
        status: 'preparing',
        live_stream_id: liveStreamId,
        playback_ids: [{ id: `${assetId}-play`, policy: 'public' }],
        ...data,
      },
    );
  const active = { active_asset_id: assetId, recent_asset_ids: [assetId] };
  const past = { status: 'idle', recent_asset_ids: [assetId] };
  return {
    live,
    asset,
    connected: (afterMs = 500, data: object = {}) => live('connected', afterMs, { status: 'idle', ...data }),
    recording: (afterMs = 1_500) => live('recording', afterMs, active),
    created: (afterMs = 1_600) => asset('created', afterMs),
    active: (afterMs = 5_000) => live('active', afterMs, active),
    reconnected: (afterMs: number) => live('connected', afterMs, active),
    disconnected: (afterMs: number) => live('disconnected', afterMs, active),
    idle: (afterMs: number) => live('idle', afterMs, past),
    completed: (afterMs: number, duration = 60) =>
      asset('live_stream_completed', afterMs, { status: 'ready', duration }),
    ready: (afterMs: number, duration?: number) =>
      asset('ready', afterMs, { status: 'ready', ...(duration && { duration }) }),
  };
};
export type MuxBody = ReturnType<ReturnType<typeof muxShow>['live']>;
