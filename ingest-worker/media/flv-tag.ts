/**
 * One tag of an FLV stream, the unit in which media leaves the encoder and enters the publisher. Its body is byte for
 * byte the payload of the RTMP message of the same kind.
 */
export type FlvTag = {
  kind: 'script' | 'audio' | 'video';
  /** Decoding time, counted from the start of the feed; beyond 0xffffff it needs RTMP's extended timestamp. */
  timestampMs: number;
  /** A video frame with which decoding can begin. */
  key: boolean;
  /** Set-up of a decoder (AVC or AAC sequence header), or onMetaData: to be sent first on every connection. */
  header: boolean;
  body: Buffer;
};
