/**
 * Every bound and every time of the stand-in, with its unit in its name. `startMux({ limits })` overrides any of them, so
 * that a test shortens a window instead of waiting for it.
 */
export const LIMITS = {
  /** How long one second of Mux's own windows lasts: reconnect window, the 60 s after `complete`, test mode, continuous duration. */
  secondMs: 1_000,
  /** How long the encoder may take to leave by itself after `complete` (Mux's 60 s). */
  completeGraceSeconds: 60,
  /** After how long without media an encoder is disconnected (Mux's five minutes). */
  mediaSilenceSeconds: 300,
  /** After how long on the air a test stream is disabled. */
  testSeconds: 300,
  /** After how long the asset of a test stream is deleted. */
  testAssetSeconds: 86_400,
  /** How long a finished asset is still answered at its live playback id, with its end marked; then 412. */
  endedSeconds: 60,

  /** HTTP. */
  bodyBytes: 64 * 1024,
  pageItems: 100,
  liveStreams: 2_000,
  simulcastTargets: 6,

  /** RTMPS. */
  encoders: 64,
  /** From the first byte to a publish that is allowed. */
  greetingMs: 10_000,
  /** After how long without a byte an encoder has left. */
  idleMs: 60_000,
  pingMs: 30_000,
  commandBytes: 64 * 1024,
  messageBytes: 8 * 1024 * 1024,
  chunkStreams: 64,
  unsentBytes: 1024 * 1024,
  /** Time stamps kept for each track of a publish, the newest. */
  timestamps: 40_000,
  /** Connections of a live stream whose numbers are kept, the newest. */
  connections: 20,

  /** Recording. */
  slateMs: 5_000,
  segmentSeconds: 2,
  windowSeconds: 30,
  /** After how long without taking a byte FFmpeg hangs. */
  recorderStallMs: 10_000,
  /** How often in a row FFmpeg may fail in one recording before the encoder is sent away. */
  recorderFailures: 3,
  /** How long after it was heard what is said is written along. */
  captionsMs: 2_000,
  assets: 100,
  assetBytes: 5 * 1024 ** 3,

  /** Simulcast: a target that cannot be reached is tried again; what it does not take in time is not kept. */
  relayConnectMs: 5_000,
  relayRetryMs: 5_000,
  relayUnsentBytes: 8 * 1024 * 1024,

  /** Images. */
  images: 2,
  imagesWaiting: 32,
  imageMs: 10_000,
  imageCacheBytes: 16 * 1024 * 1024,
  imagePixels: 1_920,

  /** Webhooks. Each attempt waits twice as long as the one before, between the two bounds, for 24 h. */
  webhookMs: 10_000,
  webhookRetryMs: 1_000,
  webhookRetryMaxMs: 600_000,
  webhookGiveUpMs: 24 * 60 * 60 * 1_000,
  webhookEndpoints: 8,
  pendingDeliveries: 5_000,
  loggedEvents: 5_000,

  /** An FFmpeg ends when its input does; or is interrupted, and then killed. When we stop it has less time. */
  endMs: 10_000,
  closeMs: 1_200,
  interruptMs: 800,
  lastWordsMs: 200,
} as const;

export type Limits = { readonly [Name in keyof typeof LIMITS]: number };
