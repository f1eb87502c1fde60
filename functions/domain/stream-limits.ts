/** How far viewers are behind: the less, the sooner a bad connection shows. */
export const LATENCIES = ['standard', 'reduced', 'low'] as const;
export type Latency = (typeof LATENCIES)[number];

/** Languages whose speech Mux writes along while a show runs. Not where the delay is low: captions are slower than that. */
export const CAPTION_LANGUAGES = ['en', 'es', 'it', 'pt', 'de', 'fr'] as const;
export type CaptionLanguage = (typeof CAPTION_LANGUAGES)[number];

/** What a show can be about. A new one is read by one deployment before another writes it (`store/record.ts`). */
export const CATEGORIES = ['talk', 'music', 'gaming', 'learning', 'making', 'sport', 'news', 'faith', 'other'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Languages in which shows are held (BCP 47): those of the app first, then what else is spoken around it, then Mux's. */
export const SHOW_LANGUAGES = [
  ...(['en', 'ur', 'ur-Latn'] as const),
  ...(['pa', 'sd', 'ps', 'hi', 'bn', 'ar', 'fa', 'tr', 'id'] as const),
  ...(['es', 'it', 'pt', 'de', 'fr'] as const),
] as const;
export type ShowLanguage = (typeof SHOW_LANGUAGES)[number];

/** How long everything about a stream may take. */
export const STREAM_LIMITS = {
  /** A stream key opens one socket within this. */
  ingestKeyMs: 60_000,
  /**
   * After a drop, Mux goes on with the same recording within this: as long as a browser tries to come back (`giveUpMs` of the ingest
   * client), and a minute. Always sent, as its own default is 60 or 0; Mux takes 1,800 at most.
   */
  reconnectWindowSeconds: { standard: 660, reduced: 660, low: 660 } satisfies Record<Latency, number>,
  /** Beyond the window, before the sweep gives a silent stream up: webhooks may be late. */
  giveUpGraceMs: 15_000,
  /** A show that was never begun is closed after this; an announced one this long after its time. */
  unstartedMs: 24 * 60 * 60_000,
  /** A worker that publishes and a Mux that says nothing: asked by us after this. */
  muxSilentMs: 20_000,
  /** Mux lets an encoder in for this long; a show for which none has come is over then. */
  encoderWaitMs: 3 * 60 * 60_000,
  /** Of a show that an encoder feeds Mux alone can tell: asked by us this often while its word is waited for, and while it is live. */
  encoderAskMs: 60_000,
  encoderLiveAskMs: 5 * 60_000,
  /** A recording that is not ready after this is asked for, and again that often. */
  recordingAskMs: 5 * 60_000,
  /** A recording that is not ready after this never will be. */
  recordingGiveUpMs: 24 * 60 * 60_000,
  /** How long one caller may take to tell Mux that a show is over before another tries. */
  completingMs: 20_000,
  /** How far Mux's clock may be behind ours. Nothing that speaks of a show is stamped within it: FFmpeg takes longer to start. */
  clockSkewMs: 2_000,
  /** Between the end of a show and the next on its channel: what Mux stamps of the one is never taken for the other's. */
  channelRestMs: 4_000,
  /** How long Mux is asked to complete an ended show before we leave it to its own reconnect window, which is over by then. */
  completeGiveUpMs: 15 * 60_000,
} as const;
