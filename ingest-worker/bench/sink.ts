/** The benchmark's RTMPS server: announces chunks of 4096 bytes, and notes when each frame came; see cpu.ts. */
import { createServer, type TLSSocket } from 'node:tls';
import * as z from 'zod/mini';
import { createAuthority } from '../publish/sink/authority.testing.ts';
import {
  amf,
  createFeed,
  playServer,
  toArguments,
  toWire,
  type PeerMessage,
} from '../publish/sink/rtmp-peer.testing.ts';
import { servePart } from '../../infra/checks/lib/part.ts';

/** What has come under one stream key; times are of the wall clock, in ms. */
type Come = {
  frames: { video: number; audio: number };
  firstAtMs: number | undefined;
  newestAtMs: number;
  /** Of the pictures since the mark: time of the media, and when it came. */
  marked: { ptsMs: number; atMs: number }[];
};

const CHUNK_BYTES = 4_096;
const COMMAND = 20;
const [SET_CHUNK_SIZE, ACKNOWLEDGEMENT, WINDOW] = [1, 3, 5];
const [AUDIO, VIDEO] = [8, 9];

const come = new Map<string, Come>();
const connections = new Set<TLSSocket>();
let isMarking = false;
/** Where frames are not read: bytes that have come, of a server that has no RTMP. */
let bareBytes = 0;

const now = (): number => performance.timeOrigin + performance.now();

const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value % 2 ** 32);
  return bytes;
};

const serve = (socket: TLSSocket): void => {
  let readBytes = 0;
  let acknowledgedBytes = 0;
  let windowBytes = Number.POSITIVE_INFINITY;
  let mine: Come | undefined;
  let isBare: boolean | undefined;

  const say = (bytes: Buffer): void => {
    if (socket.writable) socket.write(bytes);
  };
  const tell = (type: number, body: Buffer, streamId = 0): void => say(toWire({ type, streamId, body }));
  const status = (code: string): Buffer => amf.object({ level: 'status', code, description: '' });
  const answer = (name: string, transaction: unknown, value: Buffer, streamId = 0): void => {
    const given = amf.number(typeof transaction === 'number' ? transaction : 0);
    tell(COMMAND, Buffer.concat([amf.text(name), given, amf.nothing, value]), streamId);
  };

  const hearCommand = (body: Buffer): void => {
    const [name, transaction, , argument] = toArguments(body);
    if (name === 'connect') {
      tell(SET_CHUNK_SIZE, number32(CHUNK_BYTES));
      answer('_result', transaction, status('NetConnection.Connect.Success'));
    } else if (name === 'createStream') answer('_result', transaction, amf.number(1));
    else if (name === 'publish') {
      mine = { frames: { video: 0, audio: 0 }, firstAtMs: undefined, newestAtMs: 0, marked: [] };
      const key = String(argument);
      // A second connection under the same key goes on with what the first began.
      mine = come.get(key) ?? mine;
      come.set(key, mine);
      answer('onStatus', 0, status('NetStream.Publish.Start'), 1);
    }
  };

  const hear = ({ type, timestampMs, body }: PeerMessage): void => {
    if (type === WINDOW) windowBytes = body.readUInt32BE();
    else if (type === COMMAND) hearCommand(body);
    else if (mine !== undefined && type === AUDIO && body[1] !== 0) mine.frames.audio += 1;
    else if (mine !== undefined && type === VIDEO && body[1] === 1) {
      const atMs = now();
      mine.frames.video += 1;
      mine.firstAtMs ??= atMs;
      mine.newestAtMs = atMs;
      if (isMarking) mine.marked.push({ ptsMs: timestampMs + body.readIntBE(2, 3), atMs });
    }
  };

  const feed = createFeed(playServer({ say, hear }));
  socket.on('data', (bytes: Buffer) => {
    // RTMP begins with its version, 3.
    isBare ??= bytes[0] !== 3;
    if (isBare) {
      bareBytes += bytes.length;
      return;
    }
    readBytes += bytes.length;
    feed(bytes);
    if (readBytes - acknowledgedBytes < windowBytes) return;
    acknowledgedBytes = readBytes;
    tell(ACKNOWLEDGEMENT, number32(readBytes));
  });
  socket.on('error', () => undefined);
  connections.add(socket);
  socket.once('close', () => connections.delete(socket));
};

const Marked = z.object({ on: z.boolean() });

servePart({
  start: async () => {
    const authority = await createAuthority();
    const server = createServer(authority, (socket) => {
      socket.setNoDelay(true);
      serve(socket);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { port, ca: authority.ca };
  },
  mark: (given) => {
    isMarking = Marked.parse(given).on;
    if (isMarking) for (const one of come.values()) one.marked = [];
  },
  /** Ends every connection without a word. */
  reset: () => {
    for (const socket of connections) socket.destroy();
  },
  /** What has come so far, by stream key. */
  look: () => ({
    bareBytes,
    shows: Object.fromEntries([...come].map(([key, { frames, firstAtMs }]) => [key, { ...frames, firstAtMs }])),
  }),
  /** When each show's newest picture came: what is asked ten times a second may not be all of them. */
  newest: () => Object.fromEntries([...come].map(([key, { newestAtMs }]) => [key, newestAtMs])),
  marked: () => Object.fromEntries([...come].map(([key, { marked }]) => [key, marked])),
  forget: () => {
    come.clear();
    bareBytes = 0;
  },
});
