import { MESSAGE, type RtmpMessage } from './rtmp-message.ts';

/** Turns messages into RTMP chunks. */
export type ChunkWriter = {
  /**
   * The message's bytes on the wire: a copy, so that nothing upstream is kept alive by a slow socket.
   *
   * @param room gives the buffer that they are put into, as long as it is asked for; by default a new one
   */
  write(message: RtmpMessage, room?: (bytes: number) => Buffer): Buffer;
  /** From the next message on; the other end is to be told first. */
  setChunkSize(bytes: number): void;
};

const INITIAL_CHUNK_BYTES = 128;
const FULL_HEADER_BYTES = 12;
const TIMESTAMP_ESCAPE = 0xffffff;
const EXTENDED_BYTES = 4;
const CONTINUED = 0xc0;

/** A chunk stream for each kind of message, so that none interrupts another's; 2 is the protocol's own. */
const CHUNK_STREAMS: Readonly<Record<number, number>> = {
  [MESSAGE.commandAmf0]: 3,
  [MESSAGE.audio]: 4,
  [MESSAGE.dataAmf0]: 5,
  [MESSAGE.video]: 6,
};
const PROTOCOL_STREAM = 2;

/**
 * Every message opens with a full header (fmt 0): its 4 to 11 extra bytes are under 0.1 % of the media, and absolute
 * timestamps cannot drift or be misread where implementations differ about deltas.
 */
export const createChunkWriter = (): ChunkWriter => {
  let chunkBytes = INITIAL_CHUNK_BYTES;
  return {
    setChunkSize(bytes) {
      chunkBytes = bytes;
    },
    write: ({ type, streamId, timestampMs, body }, room = (bytes) => Buffer.allocUnsafe(bytes)) => {
      const chunkStream = CHUNK_STREAMS[type] ?? PROTOCOL_STREAM;
      const timestamp = timestampMs >>> 0;
      const extended = timestamp >= TIMESTAMP_ESCAPE;
      const extendedBytes = extended ? EXTENDED_BYTES : 0;
      const continuations = Math.max(0, Math.ceil(body.length / chunkBytes) - 1);
      const bytes = room(FULL_HEADER_BYTES + extendedBytes + continuations * (1 + extendedBytes) + body.length);

      bytes[0] = chunkStream;
      bytes.writeUIntBE(extended ? TIMESTAMP_ESCAPE : timestamp, 1, 3);
      bytes.writeUIntBE(body.length, 4, 3);
      bytes[7] = type;
      bytes.writeUInt32LE(streamId, 8);
      let at = FULL_HEADER_BYTES;
      if (extended) at = bytes.writeUInt32BE(timestamp, at);

      for (let from = 0; from < body.length; from += chunkBytes) {
        if (from > 0) {
          bytes[at++] = CONTINUED | chunkStream;
          // Repeated in each continuation: the specification says so and FFmpeg, nginx-rtmp and node-media-server expect it.
          if (extended) at = bytes.writeUInt32BE(timestamp, at);
        }
        at += body.copy(bytes, at, from, from + chunkBytes);
      }
      return bytes;
    },
  };
};
