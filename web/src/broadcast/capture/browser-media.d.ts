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

/** Hands the pixels over instead of copying them (w3c.github.io/webcodecs); browsers without it copy. */
interface VideoFrameBufferInit {
  transfer?: ArrayBuffer[];
}

/** Whether the browser may cut and scale a camera's picture (w3c.github.io/mediacapture-main §4.3.1). */
interface MediaTrackConstraintSet {
  resizeMode?: ConstrainDOMString;
  backgroundBlur?: ConstrainBoolean;
  /** Leaves what this page plays out of what is shared (w3c.github.io/mediacapture-screen-share). */
  restrictOwnAudio?: ConstrainBoolean;
}

/** Whether the platform blurs what is behind a person (w3c.github.io/mediacapture-extensions, background blur). */
interface MediaTrackCapabilities {
  backgroundBlur?: boolean[];
}
interface MediaTrackSettings {
  backgroundBlur?: boolean;
  restrictOwnAudio?: boolean;
}
