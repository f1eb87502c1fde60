/**
 * A server's half of RTMP, written apart from the client under test: it shares no code with it. Reading is a generator
 * that yields how many bytes it wants next, so that the text below runs in the order of the bytes on the wire.
 */
export type PeerMessage = { type: number; streamId: number; timestampMs: number; body: Buffer };

export type Peer = Generator<number, void, Buffer>;

type Parts = {
  say: (bytes: Buffer) => void;
  hear: (message: PeerMessage) => void;
};

type Track = {
  type: number;
  streamId: number;
  timestamp: number;
  step: number;
  isExtended: boolean;
  body: Buffer;
  left: number;
};
const newTrack = (): Track => ({
  type: 0,
  streamId: 0,
  timestamp: 0,
  step: 0,
  isExtended: false,
  body: Buffer.alloc(0),
  left: 0,
});

const HANDSHAKE = 1_536;
const ESCAPE = 0xffffff;
/** Nothing that an encoder sends is larger; a larger length is a reader out of step. */
const MAX_MESSAGE = 8 * 1024 * 1024;

/** Plays the server on one connection until the bytes end; throws where the client breaks the protocol. */
export function* playServer({ say, hear }: Parts): Peer {
  const version = yield 1;
  if (version[0] !== 3) throw new Error(`RTMP version ${version[0]}`);
  const c1 = Buffer.from(yield HANDSHAKE);
  say(Buffer.concat([Buffer.of(3), Buffer.alloc(HANDSHAKE, 7), c1]));
  const c2 = yield HANDSHAKE;
  if (!c2.subarray(8).every((byte) => byte === 7)) throw new Error('C2 does not repeat S1');

  const tracks = new Map<number, Track>();
  let chunkSize = 128;
  for (;;) {
    const first = (yield 1)[0] ?? 0;
    let channel = first & 63;
    if (channel === 0) channel = 64 + ((yield 1)[0] ?? 0);
    else if (channel === 1) channel = 64 + (yield 2).readUInt16LE();
    const track = tracks.get(channel) ?? newTrack();
    tracks.set(channel, track);

    const shape = first >> 6;
    if (shape < 3) {
      if (track.left > 0) throw new Error('a message was broken off');
      const head = Buffer.from(yield [11, 7, 3][shape] ?? 0);
      let time = head.readUIntBE(0, 3);
      if (shape < 2) {
        const size = head.readUIntBE(3, 3);
        if (size > MAX_MESSAGE) throw new Error(`a message of ${size} bytes`);
        track.body = Buffer.alloc(size);
        track.type = head.readUInt8(6);
      }
      if (shape === 0) track.streamId = head.readUInt32LE(7);
      track.isExtended = time === ESCAPE;
      if (track.isExtended) time = (yield 4).readUInt32BE();
      track.step = time;
      track.timestamp = shape === 0 ? time : (track.timestamp + time) % 2 ** 32;
      track.left = track.body.length;
    } else {
      if (track.isExtended) yield 4;
      if (track.left === 0) {
        track.timestamp = (track.timestamp + track.step) % 2 ** 32;
        track.left = track.body.length;
      }
    }

    const wanted = Math.min(track.left, chunkSize);
    if (wanted > 0) (yield wanted).copy(track.body, track.body.length - track.left);
    track.left -= wanted;
    if (track.left > 0) continue;
    const body = track.body;
    track.body = Buffer.alloc(body.length);
    if (track.type === 1) chunkSize = body.readUInt32BE();
    else hear({ type: track.type, streamId: track.streamId, timestampMs: track.timestamp, body });
  }
}

/** Feeds a peer with pieces of any size. */
export const createFeed = (peer: Peer): ((bytes: Buffer) => void) => {
  let wanted = peer.next();
  let pieces: Buffer[] = [];
  let held = 0;
  return (bytes) => {
    pieces.push(bytes);
    held += bytes.length;
    while (wanted.done !== true && held >= wanted.value) {
      const [first = Buffer.alloc(0)] = pieces;
      const whole = first.length >= wanted.value ? first : Buffer.concat(pieces);
      if (whole !== first) pieces = [whole];
      pieces[0] = whole.subarray(wanted.value);
      held -= wanted.value;
      wanted = peer.next(whole.subarray(0, wanted.value));
    }
  };
};

/** A message of a server: small, and so in chunks of 128 bytes, as before any Set Chunk Size. */
export const toWire = ({ type, streamId, body }: Omit<PeerMessage, 'timestampMs'>): Buffer => {
  const head = Buffer.alloc(12);
  head[0] = 3;
  head.writeUIntBE(body.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(streamId, 8);
  const parts = [head, body.subarray(0, 128)];
  for (let at = 128; at < body.length; at += 128) parts.push(Buffer.of(0xc3), body.subarray(at, at + 128));
  return Buffer.concat(parts);
};

/** The few kinds of AMF0 that a server has to write: text, number, nothing, and an object of texts and values written before. */
export const amf = {
  text: (text: string): Buffer => Buffer.concat([Buffer.of(2), short(text)]),
  number: (value: number): Buffer => {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  },
  nothing: Buffer.of(5),
  object: (texts: Readonly<Record<string, string>>, values: Readonly<Record<string, Buffer>> = {}): Buffer =>
    Buffer.concat([
      Buffer.of(3),
      ...Object.entries(texts).flatMap(([name, text]) => [short(name), amf.text(text)]),
      ...Object.entries(values).flatMap(([name, value]) => [short(name), value]),
      Buffer.of(0, 0, 9),
    ]),
};

const short = (text: string): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
};

/** The leading texts and numbers of a command, `null`s between them; stops at the first value of another kind. */
export const toArguments = (body: Buffer): (string | number | null)[] => {
  const values: (string | number | null)[] = [];
  for (let at = 0; at < body.length;) {
    const kind = body[at];
    if (kind === 2) {
      const length = body.readUInt16BE(at + 1);
      values.push(body.toString('utf8', at + 3, at + 3 + length));
      at += 3 + length;
    } else if (kind === 0) {
      values.push(body.readDoubleBE(at + 1));
      at += 9;
    } else if (kind === 5) {
      values.push(null);
      at += 1;
    } else break;
  }
  return values;
};
