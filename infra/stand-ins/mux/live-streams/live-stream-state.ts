/** What a live stream is doing. */
export type LiveStreamState =
  | 'idle'
  /** An encoder is in and has an asset, and has sent nothing yet. */
  | 'connected'
  /** First frames are in, nothing can be played yet. */
  | 'recording'
  | 'active'
  /** The encoder left, the reconnect window runs. */
  | 'disconnected'
  /** `complete` was asked: the asset is done, the encoder may leave by itself. */
  | 'completed';

export type LiveStreamEvent =
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
  | 'begin-asset'
  | 'announce-connected'
  | 'announce-asset'
  | 'begin-run'
  | 'announce-recording'
  | 'announce-active'
  | 'end-run'
  | 'announce-disconnected'
  | 'begin-window'
  | 'end-window'
  | 'finish-asset'
  | 'begin-grace'
  | 'end-grace'
  | 'close-encoder';

type Step = [LiveStreamState, Effect[]];

/** The life of a live stream as Mux describes it. What is not in here is late news of something that is over. */
const LIFE: Record<LiveStreamState, Partial<Record<LiveStreamEvent, Step>>> = {
  idle: {
    'encoder-arrived': ['connected', ['begin-asset', 'announce-connected', 'announce-asset']],
  },
  connected: {
    'media-began': ['recording', ['begin-run', 'announce-recording']],
    'encoder-left': ['disconnected', ['announce-disconnected', 'begin-window']],
    completed: ['completed', ['finish-asset', 'begin-grace']],
    shut: ['idle', ['close-encoder', 'announce-disconnected', 'finish-asset']],
  },
  recording: {
    'became-playable': ['active', ['announce-active']],
    'encoder-left': ['disconnected', ['end-run', 'announce-disconnected', 'begin-window']],
    completed: ['completed', ['end-run', 'finish-asset', 'begin-grace']],
    shut: ['idle', ['close-encoder', 'end-run', 'announce-disconnected', 'finish-asset']],
  },
  active: {
    'encoder-left': ['disconnected', ['end-run', 'announce-disconnected', 'begin-window']],
    completed: ['completed', ['end-run', 'finish-asset', 'begin-grace']],
    shut: ['idle', ['close-encoder', 'end-run', 'announce-disconnected', 'finish-asset']],
  },
  disconnected: {
    'encoder-arrived': ['connected', ['end-window', 'announce-connected']],
    'window-elapsed': ['idle', ['finish-asset']],
    completed: ['idle', ['end-window', 'finish-asset']],
    shut: ['idle', ['end-window', 'finish-asset']],
  },
  completed: {
    'grace-elapsed': ['completed', ['close-encoder']],
    'encoder-left': ['idle', ['end-grace', 'announce-disconnected']],
    shut: ['idle', ['end-grace', 'close-encoder', 'announce-disconnected']],
  },
};

/** What an event makes of a live stream, and what has to be done about it. */
export const step = (state: LiveStreamState, event: LiveStreamEvent): Step => LIFE[state][event] ?? [state, []];
