/** One picture or one frame of sound as it lies in a container, to be published as it is. */
export type Sample = {
  kind: 'video' | 'audio';
  /** When it is decoded and shown: of a picture that no other is shown before. By the recording's clock, in milliseconds. */
  atMs: number;
  key: boolean;
  /** Its own copy of the sample's bytes, after as many as `HEAD_BYTES` says: room for what it is published with. */
  body: Buffer;
};

/** What stands before a sample in the body of an FLV tag: made here, it need not be copied once more. */
export const HEAD_BYTES = { video: 5, audio: 2 } as const;

/** What decoders have to be told first: `avcC` (ISO 14496-15) and AudioSpecificConfig (ISO 14496-3). */
export type SetUps = { video: Buffer | undefined; audio: Buffer | undefined };

export type SampleReader = {
  /** The next bytes of a recording that our own reader has let in; throws `NotRepackaged` on what only FFmpeg can take apart. */
  push: (bytes: Buffer) => void;
};

export type Listener = { onSetUps: (setUps: SetUps) => void; onSample: (sample: Sample) => void };

/** Not a fault of the recording: it has to go through FFmpeg. */
export class NotRepackaged extends Error {}
