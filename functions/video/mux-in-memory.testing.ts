import { STREAM_LIMITS } from '#domain/stream-limits';
import { type Effect, step } from '#stand-ins/mux/live-streams/live-stream-state';

/** One recording at Mux, and whose bytes are in it. */
export type RecordedAsset = { id: string; bytesOf: Set<string>; status: 'preparing' | 'ready'; bornAtMs: number };
type Encoder = { of: string };
type Live = {
  id: string;
  streamKey: string;
  passthrough: string;
  at: Parameters<typeof step>[0];
  /** `active` from when it can be played to the end of its recording. */
  status: 'idle' | 'active';
  /** Takes no encoder. */
  isShut: boolean;
  encoder: Encoder | undefined;
  open: RecordedAsset | undefined;
  recent: string[];
  windowUntilMs: number;
  graceUntilMs: number;
};

const WINDOW_MS = STREAM_LIMITS.reconnectWindowSeconds.standard * 1_000;
/** Mux keeps an encoder that long after `complete`. */
const GRACE_MS = 60_000;

/**
 * Mux as a state machine without media: the stand-in's own life of a live stream behind Mux's HTTP API, for the official SDK. Encoders
 * are told by name, so that it can be seen whose bytes came into which recording.
 *
 * @param clock Mux's own, in ms: it may differ from ours
 */
export const createMuxInMemory = ({ clock }: { clock: () => number }) => {
  const lives: Live[] = [];
  const assets = new Map<string, RecordedAsset & { liveStreamId: string; endedAtMs?: number }>();
  /** Webhook bodies that have not been delivered yet. */
  const pending: object[] = [];
  /** Whose encoder was in when its live stream was completed. */
  const completedUnder: string[] = [];
  const faults = { completes: 0 };
  let number = 0;
  let stampedAt = 0;

  const tell = (type: string, object: { type: string; id: string }, data: object): void => {
    stampedAt = Math.max(stampedAt + 1, clock() * 1_000);
    const ms = Math.floor(stampedAt / 1_000);
    const created_at = `${new Date(ms).toISOString().slice(0, -1)}${String(stampedAt % 1_000).padStart(3, '0')}Z`;
    pending.push({ type, id: `event-${++number}`, created_at, object, data });
  };
  const liveData = (live: Live) => ({
    id: live.id,
    stream_key: live.streamKey,
    passthrough: live.passthrough,
    created_at: '1700000000',
    latency_mode: 'standard',
    reconnect_window: WINDOW_MS / 1_000,
    status: live.isShut ? 'disabled' : live.status,
    playback_ids: [{ id: `${live.id}-play`, policy: 'public' }],
    ...(live.open && { active_asset_id: live.open.id }),
    recent_asset_ids: live.recent,
  });
  const assetData = (id: string) => {
    const asset = assets.get(id);
    return (
      asset && {
        id,
        created_at: String(Math.floor(asset.bornAtMs / 1_000)),
        status: asset.status,
        live_stream_id: asset.liveStreamId,
        playback_ids: [{ id: `${id}-play`, policy: 'public' }],
        ...(asset.endedAtMs !== undefined && { duration: 10 }),
      }
    );
  };
  const tellLive = (live: Live, what: string): void =>
    tell(`video.live_stream.${what}`, { type: 'live', id: live.id }, liveData(live));
  const tellAsset = (id: string, what: string): void =>
    tell(`video.asset.${what}`, { type: 'asset', id }, { ...assetData(id) });

  const perform = (live: Live, effect: Effect): void => {
    switch (effect) {
      case 'begin-asset': {
        const id = `asset-${++number}`;
        const asset = { id, bytesOf: new Set<string>(), status: 'preparing' as const, bornAtMs: clock() };
        assets.set(id, { ...asset, liveStreamId: live.id });
        live.open = assets.get(id);
        live.recent.push(id);
        return;
      }
      case 'announce-asset':
        return live.open && tellAsset(live.open.id, 'created');
      case 'announce-active':
        if (live.open) live.open.status = 'ready';
        live.status = 'active';
        return tellLive(live, 'active');
      case 'announce-connected':
      case 'announce-recording':
      case 'announce-disconnected':
        return tellLive(live, effect.slice('announce-'.length));
      case 'begin-window':
        live.windowUntilMs = clock() + WINDOW_MS;
        return;
      case 'begin-grace':
        live.graceUntilMs = clock() + GRACE_MS;
        return;
      case 'close-encoder':
        return leave(live);
      case 'finish-asset': {
        const over = live.open && assets.get(live.open.id);
        live.open = undefined;
        live.status = 'idle';
        tellLive(live, 'idle');
        if (!over) return;
        over.endedAtMs = clock();
        over.status = 'ready';
        tellAsset(over.id, 'live_stream_completed');
        return;
      }
      case 'begin-run':
      case 'end-run':
      case 'end-window':
      case 'end-grace':
    }
  };

  const happened = (live: Live, event: Parameters<typeof step>[1]): void => {
    const [next, effects] = step(live.at, event);
    live.at = next;
    for (const effect of effects) perform(live, effect);
  };

  const leave = (live: Live): void => {
    if (!live.encoder) return;
    live.encoder = undefined;
    happened(live, 'encoder-left');
  };

  /** What has come about by the time that has passed. */
  const settle = (): void => {
    for (const live of lives) {
      if (live.at === 'disconnected' && clock() >= live.windowUntilMs) happened(live, 'window-elapsed');
      if (live.at === 'completed' && clock() >= live.graceUntilMs) happened(live, 'grace-elapsed');
    }
  };

  const answer = (method: string, path: string, body: string | undefined): [status: number, data: unknown] => {
    const [, id, verb] = /^\/video\/v1\/live-streams\/?([^/]*)\/?(.*)$/.exec(path) ?? [];
    if (id === undefined) {
      const asset = assetData(path.split('/').at(-1) ?? '');
      return asset ? [200, asset] : [404, undefined];
    }
    if (id === '' && method === 'GET') return [200, lives.map(liveData)];
    if (id === '') {
      const name = `live-${++number}`;
      const { passthrough } = JSON.parse(body ?? '{}');
      const fresh: Live = {
        id: name,
        streamKey: `${name}-key`,
        passthrough,
        at: 'idle',
        status: 'idle',
        isShut: false,
        encoder: undefined,
        open: undefined,
        recent: [],
        windowUntilMs: 0,
        graceUntilMs: 0,
      };
      lives.push(fresh);
      return [201, liveData(fresh)];
    }
    const live = lives.find((one) => one.id === id);
    if (!live) return [404, undefined];
    if (verb === 'reset-stream-key') {
      live.streamKey = `${live.id}-key-${++number}`;
      leave(live);
      return [201, liveData(live)];
    }
    if (verb === 'enable') {
      live.isShut = false;
      tellLive(live, 'enabled');
    }
    if ((verb === 'complete' || verb === 'disable') && faults.completes > 0) {
      faults.completes--;
      return [500, undefined];
    }
    if (verb === 'disable') {
      happened(live, 'shut');
      live.isShut = true;
      tellLive(live, 'disabled');
    }
    if (verb === 'complete') {
      if (live.encoder) completedUnder.push(live.encoder.of);
      happened(live, 'completed');
    }
    return [200, liveData(live)];
  };

  const fetch: typeof globalThis.fetch = async (request, init) => {
    settle();
    const { pathname } = new URL(request instanceof Request ? request.url : request);
    const body = typeof init?.body === 'string' ? init.body : undefined;
    const [status, data] = answer(init?.method ?? 'GET', pathname, body);
    // the answer is on its way while others act
    await new Promise((done) => setImmediate(done));
    return Response.json({ data }, { status });
  };

  return {
    fetch,
    pending,
    assets,
    completedUnder,
    /** How many of the next requests to complete, or to shut, fail. */
    faults,
    settle,

    /** An encoder comes with a key: the newest takes the place of the one before. Undefined where none is let in. */
    connect: (streamKey: string, of: string) => {
      settle();
      const live = lives.find((one) => one.streamKey === streamKey);
      if (!live) throw new Error('a key that nobody has');
      if (live.isShut) return undefined;
      leave(live);
      const encoder: Encoder = { of };
      live.encoder = encoder;
      happened(live, 'encoder-arrived');
      const isIn = (): boolean => {
        settle();
        return live.encoder === encoder;
      };
      return {
        isIn,
        /** Sends media; `playable`: enough to be played. */
        send: (playable: boolean): void => {
          if (!isIn()) return;
          if (live.at === 'connected') happened(live, 'media-began');
          if (live.at !== 'recording' && live.at !== 'active') return;
          live.open?.bytesOf.add(of);
          if (playable) happened(live, 'became-playable');
        },
        leave: (): void => {
          if (isIn()) leave(live);
        },
      };
    },
  };
};
export type MuxInMemory = ReturnType<typeof createMuxInMemory>;
