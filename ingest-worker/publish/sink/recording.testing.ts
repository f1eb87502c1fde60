import { crc32 } from 'node:zlib';
import type { Socket } from 'node:net';
import { amf, createFeed, playServer, toArguments, toWire, type PeerMessage } from './rtmp-peer.testing.ts';

/** One audio or video frame as it arrived. */
export type RecordedFrame = {
  kind: 'video' | 'audio';
  key: boolean;
  dtsMs: number;
  ptsMs: number;
  bytes: number;
  /** Of the body: frames that went through unchanged can be told apart and recognised. */
  crc: number;
  /** When it was read, on the sink's monotonic clock. */
  atMs: number;
};

/** One RTMP session, from `publish` on. */
export type Recorded = {
  streamKey: string;
  openedAtMs: number;
  frames: RecordedFrame[];
  /** Decoder set-ups, in order: `afterFrames` had come before. */
  headers: { kind: 'video' | 'audio'; crc: number; afterFrames: number; body: Buffer }[];
  /** Body of the first key frame: what viewers see is in it and in its set-up. */
  firstKey: Buffer | undefined;
  /** How often onMetaData was set. */
  metadata: number;
  /** The farewell that was said before the end. */
  said: ('FCUnpublish' | 'deleteStream')[];
  acknowledgedBytes: number;
  end: { how: 'ended' | 'reset' | 'protocol-error'; atMs: number; detail: string } | undefined;
};

/** How the sink treats those that publish; may be changed at any time. */
export type Conduct = {
  /** By a status, as Adobe's servers do, or by ending the connection without a word, as others do. */
  refuse: 'by-status' | 'by-end' | 'connect' | undefined;
  /** As real servers do: by totals when asked, in 32 bits or 31, never, by increments, or once early and then every 2.5 MB. */
  acknowledges: 'when-asked' | '31-bits' | 'never' | 'increments' | 'early-then-2.5MB';
  readBytesPerSecond: number | undefined;
  answersFarewell: boolean;
  /** Sends whoever connects to this address instead. */
  redirect: string | undefined;
};

type Parts = {
  socket: Socket;
  conduct: Conduct;
  sessions: Recorded[];
  happened: () => void;
};

const HANDSHAKE_BYTES = 1 + 2 * 1_536;
const SELDOM_BYTES = 2_500_000;
const COMMAND = 20;
const STREAM = 1;

/** Serves and records one connection from `begin` on. */
export const startRecording = ({
  socket,
  conduct,
  sessions,
  happened,
}: Parts): { begin: () => void; streamKey: () => string | undefined } => {
  let recorded: Recorded | undefined;
  let readBytes = 0;
  let acknowledgedBytes = 0;
  let windowBytes = Number.POSITIVE_INFINITY;

  const say = (bytes: Buffer): void => {
    if (socket.writable) socket.write(bytes);
  };
  const reply = (streamId: number, ...values: Buffer[]): void =>
    say(toWire({ type: COMMAND, streamId, body: Buffer.concat(values) }));
  const status = (level: string, code: string, description: string, more: Record<string, Buffer> = {}): Buffer =>
    amf.object({ level, code, description }, more);

  const ended = (how: 'ended' | 'reset' | 'protocol-error', detail: string): void => {
    if (recorded !== undefined) recorded.end ??= { how, atMs: performance.now(), detail };
    happened();
  };

  const publish = (streamKey: string): void => {
    if (conduct.refuse === 'by-end') return void socket.end();
    if (conduct.refuse === 'by-status') {
      // The key in the description, as many servers have it: a client has to keep it out of its log.
      const bad = status('error', 'NetStream.Publish.BadName', `${streamKey} is not known here`);
      return reply(STREAM, amf.text('onStatus'), amf.number(0), amf.nothing, bad);
    }
    recorded = {
      streamKey,
      openedAtMs: performance.now(),
      frames: [],
      headers: [],
      firstKey: undefined,
      metadata: 0,
      said: [],
      acknowledgedBytes: 0,
      end: undefined,
    };
    sessions.push(recorded);
    const start = status('status', 'NetStream.Publish.Start', 'publishing');
    return reply(STREAM, amf.text('onStatus'), amf.number(0), amf.nothing, start);
  };

  const hearCommand = (body: Buffer): void => {
    const [name, transaction, , argument] = toArguments(body);
    const number = amf.number(typeof transaction === 'number' ? transaction : 0);
    switch (name) {
      case 'connect': {
        if (conduct.redirect !== undefined) {
          const rejected = status('error', 'NetConnection.Connect.Rejected', 'connect', {
            ex: amf.object({ redirect: conduct.redirect }),
          });
          return reply(0, amf.text('_error'), number, amf.nothing, rejected);
        }
        const refused = conduct.refuse === 'connect';
        const code = refused ? 'NetConnection.Connect.Rejected' : 'NetConnection.Connect.Success';
        const answer = amf.text(refused ? '_error' : '_result');
        return reply(0, answer, number, amf.nothing, status(refused ? 'error' : 'status', code, 'connect'));
      }
      case 'createStream':
        return reply(0, amf.text('_result'), number, amf.nothing, amf.number(STREAM));
      case 'publish':
        return publish(typeof argument === 'string' ? argument : '');
      case 'FCUnpublish':
        recorded?.said.push(name);
        return undefined;
      case 'deleteStream': {
        recorded?.said.push(name);
        const stop = status('status', 'NetStream.Unpublish.Success', 'unpublished');
        return conduct.answersFarewell
          ? reply(STREAM, amf.text('onStatus'), amf.number(0), amf.nothing, stop)
          : undefined;
      }
      default:
        return undefined;
    }
  };

  const hear = ({ type, timestampMs, body }: PeerMessage): void => {
    if (type === 5) windowBytes = body.readUInt32BE();
    else if (type === COMMAND) hearCommand(body);
    else if (type === 18 && body.includes('onMetaData')) {
      if (!body.subarray(3).toString('latin1').startsWith('@setDataFrame')) throw new Error('bare onMetaData');
      if (recorded !== undefined) recorded.metadata += 1;
    } else if (type === 8 || type === 9) record(type === 9 ? 'video' : 'audio', timestampMs, body);
  };

  const record = (kind: 'video' | 'audio', dtsMs: number, body: Buffer): void => {
    if (recorded === undefined) throw new Error(`${kind} before publish`);
    const isVideo = kind === 'video';
    const crc = crc32(body);
    if (body[1] === 0)
      recorded.headers.push({ kind, crc, afterFrames: recorded.frames.length, body: Buffer.from(body) });
    else if (!isVideo || body[1] === 1) {
      const key = isVideo && body.readUInt8() >> 4 === 1;
      if (key) recorded.firstKey ??= Buffer.from(body);
      recorded.frames.push({
        kind,
        key,
        dtsMs,
        ptsMs: dtsMs + (isVideo ? body.readIntBE(2, 3) : 0),
        bytes: body.length,
        crc,
        atMs: performance.now(),
      });
    }
  };

  const acknowledge = (): void => {
    const since = readBytes - acknowledgedBytes;
    const isEarly = conduct.acknowledges === 'early-then-2.5MB' && acknowledgedBytes === 0 && recorded !== undefined;
    const dueBytes = conduct.acknowledges === 'early-then-2.5MB' ? SELDOM_BYTES : windowBytes;
    if (conduct.acknowledges === 'never' || (since < dueBytes && !isEarly)) return;
    acknowledgedBytes = readBytes;
    if (recorded !== undefined) recorded.acknowledgedBytes = readBytes;
    const body = Buffer.alloc(4);
    const count = conduct.acknowledges === 'increments' ? since : Math.max(0, readBytes - HANDSHAKE_BYTES);
    body.writeUInt32BE(count % (conduct.acknowledges === '31-bits' ? 2 ** 31 : 2 ** 32));
    say(toWire({ type: 3, streamId: 0, body }));
  };

  const begin = (): void => {
    const feed = createFeed(playServer({ say, hear }));
    socket.on('data', (bytes: Buffer) => {
      readBytes += bytes.length;
      try {
        feed(bytes);
      } catch (error) {
        ended('protocol-error', error instanceof Error ? error.message : 'unknown');
        return void socket.destroy();
      }
      acknowledge();
      if (conduct.readBytesPerSecond !== undefined) {
        socket.pause();
        setTimeout(() => socket.resume(), (bytes.length / conduct.readBytesPerSecond) * 1_000);
      }
      return happened();
    });
    socket.once('end', () => ended('ended', ''));
  };

  socket.on('error', (error: NodeJS.ErrnoException) => ended('reset', error.code ?? error.name));
  socket.once('close', () => ended('reset', 'closed'));
  return { begin, streamKey: () => recorded?.streamKey };
};
