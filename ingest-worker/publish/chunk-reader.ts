import { MESSAGE, type RtmpMessage } from './rtmp-message.ts';

/** Why bytes are not a chunk stream that we go on reading. */
export type ChunkFault =
  | 'message-too-large'
  | 'too-many-chunk-streams'
  | 'no-message-to-continue'
  | 'message-interrupted'
  | 'bad-chunk-size';

/** Turns RTMP chunks, in pieces of any size, into messages. Set Chunk Size and Abort are obeyed here and not passed on. */
export type ChunkReader = {
  /** The messages that these bytes complete. After a fault nothing more is read. */
  push(data: Buffer): { messages: RtmpMessage[]; fault?: ChunkFault };
};

type Limits = { messageBytes: number; chunkStreams: number };

/** What one chunk stream remembers: the header that short ones refer to, and the message under way. */
type ChunkStream = {
  type: number;
  streamId: number;
  timestamp: number;
  delta: number;
  extended: boolean;
  length: number;
  body: Buffer | undefined;
  filled: number;
};

const INITIAL_CHUNK_BYTES = 128;
const MAX_CHUNK_BYTES = 0x7fffffff;
const MAX_HEADER_BYTES = 18;
const TIMESTAMP_ESCAPE = 0xffffff;
/** Of the message header, by fmt: full, without stream, timestamp only, none. */
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;
const FULL = 0;
const SAME_STREAM = 1;
const CONTINUED = 3;

const basicBytes = (first: number): number => {
  const low = first & 0x3f;
  return low === 0 ? 2 : low === 1 ? 3 : 1;
};

const chunkStreamId = (header: Buffer): number => {
  const low = (header[0] ?? 0) & 0x3f;
  if (low === 0) return 64 + (header[1] ?? 0);
  if (low === 1) return 64 + (header[1] ?? 0) + (header[2] ?? 0) * 256;
  return low;
};

export const createChunkReader = ({ messageBytes, chunkStreams }: Limits): ChunkReader => {
  const streams = new Map<number, ChunkStream>();
  const header = Buffer.alloc(MAX_HEADER_BYTES);
  let headerFilled = 0;
  let chunkBytes = INITIAL_CHUNK_BYTES;
  let current: { stream: ChunkStream; left: number } | undefined;
  let fault: ChunkFault | undefined;

  /** How long the header is, as far as its bytes so far can tell; grows at most three times. */
  const headerBytes = (): number => {
    if (headerFilled === 0) return 1;
    const basic = basicBytes(header[0] ?? 0);
    if (headerFilled < basic) return basic;
    const fmt = (header[0] ?? 0) >> 6;
    const message = basic + (MESSAGE_HEADER_BYTES[fmt] ?? 0);
    if (headerFilled < message) return message;
    const extended =
      fmt === CONTINUED
        ? streams.get(chunkStreamId(header))?.extended === true
        : header.readUIntBE(basic, 3) === TIMESTAMP_ESCAPE;
    return extended ? message + 4 : message;
  };

  const startChunk = (): ChunkFault | undefined => {
    const fmt = (header[0] ?? 0) >> 6;
    const basic = basicBytes(header[0] ?? 0);
    const id = chunkStreamId(header);
    const known = streams.get(id);
    // Some servers begin a chunk stream without naming its message stream: theirs is 0 then, as FFmpeg takes it.
    if (fmt > SAME_STREAM && known === undefined) return 'no-message-to-continue';
    if (known === undefined && streams.size >= chunkStreams) return 'too-many-chunk-streams';
    const stream = known ?? emptyStream();
    streams.set(id, stream);

    if (fmt !== CONTINUED) {
      if (stream.body !== undefined) return 'message-interrupted';
      const short = header.readUIntBE(basic, 3);
      stream.extended = short === TIMESTAMP_ESCAPE;
      const timestamp = stream.extended ? header.readUInt32BE(basic + (MESSAGE_HEADER_BYTES[fmt] ?? 0)) : short;
      if (fmt <= SAME_STREAM) {
        stream.length = header.readUIntBE(basic + 3, 3);
        stream.type = header[basic + 6] ?? 0;
      }
      if (fmt === FULL) {
        stream.streamId = header.readUInt32LE(basic + 7);
        stream.timestamp = 0;
      }
      stream.delta = timestamp;
    }
    if (stream.body === undefined) {
      if (stream.length > messageBytes) return 'message-too-large';
      stream.timestamp = (stream.timestamp + stream.delta) >>> 0;
      stream.body = Buffer.alloc(stream.length);
      stream.filled = 0;
    }
    current = { stream, left: Math.min(chunkBytes, stream.length - stream.filled) };
    return undefined;
  };

  /** Obeys what concerns the chunk stream itself; false where the message is for others. */
  const obeyed = ({ type, body }: RtmpMessage): boolean => {
    if (type === MESSAGE.setChunkSize) {
      const bytes = body.length >= 4 ? body.readUInt32BE() : 0;
      if (bytes < 1 || bytes > MAX_CHUNK_BYTES) fault = 'bad-chunk-size';
      else chunkBytes = bytes;
      return true;
    }
    if (type === MESSAGE.abort) {
      const aborted = body.length >= 4 ? streams.get(body.readUInt32BE()) : undefined;
      if (aborted !== undefined) aborted.body = undefined;
      return true;
    }
    return false;
  };

  return {
    push(data) {
      const messages: RtmpMessage[] = [];
      let at = 0;
      while (fault === undefined && (at < data.length || current?.left === 0)) {
        if (current === undefined) {
          const taken = Math.min(headerBytes() - headerFilled, data.length - at);
          data.copy(header, headerFilled, at, at + taken);
          headerFilled += taken;
          at += taken;
          if (headerFilled < headerBytes()) continue;
          headerFilled = 0;
          fault = startChunk();
          continue;
        }
        const { stream } = current;
        const taken = Math.min(current.left, data.length - at);
        if (stream.body !== undefined) data.copy(stream.body, stream.filled, at, at + taken);
        stream.filled += taken;
        current.left -= taken;
        at += taken;
        if (current.left > 0) continue;
        current = undefined;
        if (stream.body === undefined || stream.filled < stream.length) continue;
        const message = {
          type: stream.type,
          streamId: stream.streamId,
          timestampMs: stream.timestamp,
          body: stream.body,
        };
        stream.body = undefined;
        if (!obeyed(message)) messages.push(message);
      }
      return fault === undefined ? { messages } : { messages, fault };
    },
  };
};

const emptyStream = (): ChunkStream => ({
  type: 0,
  streamId: 0,
  timestamp: 0,
  delta: 0,
  extended: false,
  length: 0,
  body: undefined,
  filled: 0,
});
