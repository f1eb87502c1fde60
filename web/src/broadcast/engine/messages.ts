import type { Media } from '#wire';
import type { Trial } from '../encode/ladder.ts';
import type { Pace } from '../encode/pace.ts';
import type { UrlAnswer } from '#ingest-client/dial';
import type { UplinkEvent } from '#ingest-client/uplink';
import type { PictureLimits } from '../picture/format.ts';
import type { ImageName, Shown, Slot, Stage } from '../picture/stage.ts';
import type { PictureSource } from '../picture/sources.ts';

/** What makes the container's bytes. */
export type EncodeWith =
  /** The engine does. */
  | { by: 'webcodecs'; sound: MessagePort }
  /** A recorder in the page does, out of a track that the engine paints. */
  | { by: 'recorder'; frames: WritableStream<VideoFrame> }
  /** A recorder in the page does, out of a track that the page paints whenever the engine ticks. */
  | { by: 'recorder'; frames: undefined };

/** Which show the media is part of, and whether its recording stays on this device. */
export type ShowToKeep = { streamId: string; sinceMs: number; keep: boolean };

export type WebCodecsPlan = { videoCodec: string; sampleRate: number };

/** What the page sends to the engine, which lives in a worker so that a hidden tab does not slow it down. */
export type ToEngine =
  /** Tries what only the engine can try, on a picture of this kind. */
  | { type: 'try-webcodecs'; sampleRate: number; picture: PictureLimits }
  /** What the show's picture is, from its first frame to its last: said before anything that makes pictures. */
  | { type: 'picture'; picture: PictureLimits }
  /** The engine's own encoder is going to encode: it is started before there is a show, so that the show need not wait. */
  | { type: 'prepare'; webcodecs: WebCodecsPlan }
  /** Opens the way to the ingest worker. */
  | { type: 'open'; media: Media; webcodecs: WebCodecsPlan | undefined; show: ShowToKeep }
  | { type: 'url'; id: number; answer: UrlAnswer }
  /** The worker has said welcome: the show begins. */
  | { type: 'encode'; with: EncodeWith }
  /** Where a slot's pictures come from now. */
  | { type: 'source'; slot: Slot; source: PictureSource | undefined }
  /** The answer to a tick, from a pumped source. */
  | { type: 'frame'; slot: Slot; frame: VideoFrame }
  /** The page has done what the last tick asked, in so many milliseconds of its own time. */
  | { type: 'ticked'; spentMs: number }
  /** Which sources there are, and what is made of them. */
  | { type: 'show'; shown: Shown; stage: Stage }
  /** A still picture that the stage knows by its name; without one the name stands for nothing. */
  | { type: 'image'; name: ImageName; image: ImageBitmap | undefined }
  /** The next piece of a recorder's output. */
  | { type: 'chunk'; chunk: Blob }
  /** End: encode and send what there is. From a recorder, after its last chunk. */
  | { type: 'stop' }
  /** The network is back, as far as the browser knows. */
  | { type: 'online' }
  /** Nothing more is wanted of this show. The tracks are stopped, too. */
  | { type: 'close' };

export type Stats = {
  /** Encoded, and not received by the worker yet. */
  backlogMs: number;
  /** Held in memory, for the case that the worker needs it again. */
  heldMs: number;
  /** Written by the encoder. */
  kbps: number;
  /** What the encoder is told to write, where it can be told. */
  videoKbps: number;
  fps: number;
  /** Pictures that the encoder could not keep up with. */
  droppedFrames: number;
};

export type FromEngine =
  /** First words. `takesTracks`: the engine can read a camera's track itself. */
  | { type: 'started'; takesTracks: boolean }
  | { type: 'webcodecs-tried'; trial: (NonNullable<Trial> & Pace) | undefined }
  | { type: 'url-wanted'; id: number }
  | { type: 'uplink'; event: UplinkEvent }
  /** Time for the next picture, for a page that pumps or paints; not before it has answered the last one. */
  | { type: 'tick' }
  | { type: 'stats'; stats: Stats }
  /** Nothing ran here for so long, until just now: nothing was recorded in that time. */
  | { type: 'stood-still'; ms: number }
  /** The recording that is to stay on this device has no more room: what comes from now on does not. */
  | { type: 'room-gone' }
  | { type: 'encoder-failed'; message: string }
  /** Last words, once what was under way to it has come and is let go. */
  | { type: 'closed' };
