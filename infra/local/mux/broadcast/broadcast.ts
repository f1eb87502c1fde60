/** Where a live stream's broadcast is. `asset` says whether one is being recorded. */
export type Broadcast =
  | { at: 'idle' }
  /** An encoder is in and has sent nothing; with an asset, it came back within the reconnect window. */
  | { at: 'connected'; asset: boolean }
  /** First frames are in, nothing can be played yet. */
  | { at: 'recording' }
  | { at: 'active' }
  /** The encoder left, the reconnect window runs. */
  | { at: 'disconnected' }
  /** `complete` was asked: the asset is done, the encoder may leave by itself. */
  | { at: 'completed' };

export type BroadcastEvent =
  | 'encoder-arrived'
  | 'media-began'
  | 'became-playable'
  | 'encoder-left'
  | 'window-elapsed'
  | 'completed'
  | 'grace-elapsed'
  /** Disabled or deleted. */
  | 'shut';

export type Effect =
  | 'announce-connected'
  | 'announce-disconnected'
  | 'announce-recording'
  | 'announce-active'
  | 'begin-asset'
  | 'continue-asset'
  | 'end-run'
  | 'finish-asset'
  | 'begin-window'
  | 'end-window'
  | 'begin-grace'
  | 'end-grace'
  | 'close-encoder';

type Step = [Broadcast, Effect[]];

const idle: Broadcast = { at: 'idle' };

/** The life of a broadcast as Mux describes it; what does not fit is late news of something that is over. */
export const step = (broadcast: Broadcast, event: BroadcastEvent): Step => {
  switch (broadcast.at) {
    case 'idle':
      if (event === 'encoder-arrived') return [{ at: 'connected', asset: false }, ['announce-connected']];
      break;

    case 'connected': {
      const { asset } = broadcast;
      if (event === 'media-began')
        return [{ at: 'recording' }, [asset ? 'continue-asset' : 'begin-asset', 'announce-recording']];
      if (event === 'encoder-left')
        return asset
          ? [{ at: 'disconnected' }, ['announce-disconnected', 'begin-window']]
          : [idle, ['announce-disconnected']];
      if (event === 'completed' && asset) return [{ at: 'completed' }, ['finish-asset', 'begin-grace']];
      if (event === 'shut')
        return [idle, ['close-encoder', 'announce-disconnected', ...(asset ? (['finish-asset'] as const) : [])]];
      break;
    }

    case 'recording':
    case 'active':
      if (event === 'became-playable' && broadcast.at === 'recording') return [{ at: 'active' }, ['announce-active']];
      if (event === 'encoder-left')
        return [{ at: 'disconnected' }, ['end-run', 'announce-disconnected', 'begin-window']];
      if (event === 'completed') return [{ at: 'completed' }, ['end-run', 'finish-asset', 'begin-grace']];
      if (event === 'shut') return [idle, ['close-encoder', 'end-run', 'announce-disconnected', 'finish-asset']];
      break;

    case 'disconnected':
      if (event === 'encoder-arrived') return [{ at: 'connected', asset: true }, ['end-window', 'announce-connected']];
      if (event === 'window-elapsed') return [idle, ['finish-asset']];
      if (event === 'completed' || event === 'shut') return [idle, ['end-window', 'finish-asset']];
      break;

    case 'completed':
      if (event === 'grace-elapsed') return [broadcast, ['close-encoder']];
      if (event === 'encoder-left') return [idle, ['end-grace', 'announce-disconnected']];
      if (event === 'shut') return [idle, ['end-grace', 'close-encoder', 'announce-disconnected']];
      break;
  }
  return [broadcast, []];
};
