import type { ClockState } from './media-clock.ts';

/**
 * What a worker understands of the bytes that a browser sends: enough to cut the stream where a decoder can begin, and to
 * choose the pipeline. Decoding is FFmpeg's; a reader looks at headers only and copies no media.
 */
export type ContainerReader = {
  /** The next bytes of the stream, cut anywhere. After `refused` it says nothing more. */
  push(bytes: Buffer): ContainerEvent[];
  /** The next byte is number `offset`, where a cluster or fragment begins: the sender had to leave some out. */
  jump(offset: number): void;
  /** What lies before this byte will not be rewritten any more. */
  readonly settled: number;
  /** Elements and samples so far: what reading them has cost. */
  readonly elements: number;
};

export type ContainerEvent =
  /** The stream's first `bytes` bytes are what a decoder needs before any media. Said once, before all below but what is to be rewritten within it. */
  | { type: 'init'; bytes: number; facts: MediaFacts }
  /** Decoding can begin at byte `offset`, given init; the first picture there is of `ptsMs`, and the clock then knew `clock`. */
  | { type: 'boundary'; offset: number; ptsMs: number; clock: ClockState }
  /** Media of one track passed by. Its bytes begin at `offset` or after. */
  | { type: 'samples'; kind: 'video' | 'audio'; count: number; firstMs: number; lastMs: number; offset: number }
  /**
   * A picture is more than any before it, and than init said: larger, or such that a copy of it is not what viewers are to see. The first
   * of its bytes is at `offset`, or after.
   */
  | ({ type: 'larger'; offset: number } & SeenPicture)
  /**
   * A time that the recording's clock has there and a show's may not have: the `removes` bytes from `offset` on are to be these.
   * Said before anything that lies after them.
   */
  | Rewrite
  | { type: 'refused'; detail: string };

export type Rewrite = { type: 'rewrite'; offset: number; removes: number; bytes: Buffer };

export type MediaFacts = {
  container: 'matroska' | 'mp4';
  video: PictureFacts;
  /** Absent where the recording has no sound track. */
  audio?: { codec: 'aac' | 'opus'; sampleRate: number; channels: number };
};

export type PictureFacts = {
  codec: 'h264' | 'vp8' | 'vp9';
  /** As it is recorded, before it is turned. */
  width: number;
  height: number;
  /** Width of a pixel by its height, where it is not square. */
  pixelAspect?: number;
  /** Degrees clockwise by which it is to be turned to stand upright, after it has been mirrored from left to right. */
  turnedBy?: 90 | 180 | 270;
  mirrored?: true;
  /** H.264 that viewers would not see, or not as it is meant, if it were copied. */
  uncopied?: true;
};

/** What a stream has said of its pictures so far: the largest size, and that one of them cannot be copied. */
export type SeenPicture = Pick<PictureFacts, 'width' | 'height' | 'uncopied'>;

/** What FFmpeg has to do, cheapest first. */
export type Pipeline = 'copy' | 'copy-video' | 'transcode';

export const pipelineOf = ({ video, audio }: MediaFacts): Pipeline =>
  video.uncopied ? 'transcode' : pipelineOfCodecs(video.codec === 'h264', audio === undefined || audio.codec === 'aac');

/** By the codecs alone, which a client announces: of how a picture lies in them it may know nothing. */
export const pipelineOfCodecs = (isH264: boolean, isAac: boolean): Pipeline =>
  isH264 ? (isAac ? 'copy' : 'copy-video') : 'transcode';

/** A reader's word for "not a recording that we take"; caught where the reader is pushed, never let out of this folder. */
export class Unreadable extends Error {}
