/** Breakout box (w3c.github.io/mediacapture-transform), as far as we use it; TypeScript's own library leaves it out. */
declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack; maxBufferSize?: number });
  readonly readable: ReadableStream<VideoFrame>;
}

/** Chromium's older name and place for the other direction: in the page, where the standard has it in workers. */
declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(init: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}
