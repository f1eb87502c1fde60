import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import {
  type ClientMessage,
  type CloseReason,
  closeReason,
  encodeFrame,
  type Media,
  ServerMessage,
  SUBPROTOCOL,
  WIRE_VERSION,
} from '#wire';
import { createScanner } from '#ingest-client/container/scanner';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { createStartEncoder } from './media/encoder.ts';
import { createFfmpegPublishers } from './publish/ffmpeg-publisher.ts';
import { PUBLISH_LIMITS } from './publish/publish-limits.ts';
import { createRtmpsPublishers } from './publish/rtmps-publisher.ts';
import { type Sink, startSink } from './publish/sink/sink.testing.ts';
import type { CreatePublisher } from './session/publisher.ts';
import { createMemoryStore } from './session/store.testing.ts';
import { startWorker, type Worker } from './worker.ts';

export type FixtureName = 'vp8-opus.webm' | 'h264-opus.mkv' | 'h264-aac.mkv' | 'h264-aac.mp4' | 'h264-opus.mp4';

const MEDIA: Record<FixtureName, Media> = {
  'vp8-opus.webm': media('webm', 'vp8', 'opus'),
  'h264-opus.mkv': media('matroska', 'avc1.42c015', 'opus'),
  'h264-aac.mkv': media('matroska', 'avc1.64000c', 'mp4a.40.2'),
  'h264-aac.mp4': media('mp4', 'avc1.64000c', 'mp4a.40.2'),
  'h264-opus.mp4': media('mp4', 'avc1.420015', 'opus'),
};

function media(container: Media['container'], videoCodec: string, audioCodec: string): Media {
  return { container, videoCodec, audioCodec, width: 320, height: 180, frameRate: 30, videoKbps: 250, audioKbps: 64 };
}

/** A recording of a real browser, the bytes of its init, and the chunks in which it came. */
export const fixture = (name: FixtureName): { bytes: Buffer; initBytes: number; chunks: Buffer[]; media: Media } => {
  const bytes = readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  const what = MEDIA[name];
  const init = createScanner(what.container)
    .push(bytes)
    .find(({ type }) => type === 'init');
  if (init?.type !== 'init') throw new Error(`${name} has no init`);
  return { bytes, initBytes: init.bytes, chunks, media: what };
};

const PUBLISHERS: Record<Config['publisher'], CreatePublisher> = {
  // Acknowledged often: a fixture is small.
  native: createRtmpsPublishers({ limits: { ...PUBLISH_LIMITS, ackWindowBytes: 8_192 } }),
  ffmpeg: createFfmpegPublishers({ ffmpegPath: 'ffmpeg' }),
};
const CHUNK_BYTES = 7_000;
const UNTIL_MS = 15_000;

export type TestWorker = {
  /** Every encoder that was started, oldest first. */
  encoders: { pid: number | undefined; args: string[] }[];
  worker: Worker;
  sink: Sink;
  memory: ReturnType<typeof createMemoryStore>;
  lines: string[];
  url: (key?: string, query?: string) => string;
  close(): Promise<void>;
};

/** A real worker on a real port, with a real RTMPS server to publish to; only the table is made up. */
export const startTestWorker = async ({
  memory = createMemoryStore(),
  sink,
  tls = false,
  ...overrides
}: Partial<Config> & {
  memory?: ReturnType<typeof createMemoryStore>;
  sink?: Sink;
  tls?: boolean;
} = {}): Promise<TestWorker> => {
  const ownSink = sink ?? (await startSink({ tls }));
  const lines: string[] = [];
  const encoders: TestWorker['encoders'] = [];
  const startEncoder = createStartEncoder({ ffmpegPath: overrides.ffmpegPath ?? 'ffmpeg' });
  const worker = await startWorker({
    store: memory.store,
    log: createLog({ level: 'debug', write: (line) => void lines.push(line) }),
    random: () => 0,
    createPublisher: PUBLISHERS[overrides.publisher ?? 'native'],
    startEncoder: (options) => {
      const encoder = startEncoder(options);
      encoders.push({ pid: encoder.pid, args: options.args });
      return encoder;
    },
    config: {
      host: '127.0.0.1',
      port: 0,
      tableName: 'none',
      allowedOrigins: ['http://localhost:3000'],
      upstream: { url: ownSink.url, ...(ownSink.ca !== undefined && { ca: ownSink.ca }) },
      ffmpegPath: 'ffmpeg',
      encoderWall: { least: 'none', library: undefined },
      copier: 'worker',
      publisher: 'native',
      capacityUnits: 1_000,
      capacitySessions: 400,
      memoryBytes: 64 * 1024 ** 3,
      trustedHops: 0,
      handshakesPerMinute: 1_000,
      workerId: 'worker-under-test',
      logLevel: 'debug',
      ecsAgentUri: undefined,
      ecsMetadataUri: undefined,
      tasksQueueUrl: undefined,
      deployment: undefined,
      emf: false,
      ...overrides,
    },
  });
  return {
    worker,
    sink: ownSink,
    memory,
    lines,
    encoders,
    url: (key = memory.issue(), query = '') => `ws://127.0.0.1:${worker.port}/stream/live/${key}${query}`,
    close: async () => {
      await worker.close();
      if (!sink) await ownSink.close();
    },
  };
};

/** Of the show's first encoder, which has to be a process. */
export const killEncoder = ({ encoders }: TestWorker): void => {
  const pid = encoders[0]?.pid;
  // A number that is not there would be the whole test run's.
  if (pid === undefined) throw new Error('no encoder to kill');
  process.kill(pid, 'SIGKILL');
};

/** A socket of a test, with all that was said on it. */
export type TestSocket = {
  socket: WebSocket;
  said: ServerMessage[];
  closed: Promise<{ code: number; reason: CloseReason | undefined; text: string }>;
  tell(message: ClientMessage): void;
  until<T extends ServerMessage['type']>(
    type: T,
    holds?: (message: Extract<ServerMessage, { type: T }>) => boolean,
  ): Promise<Extract<ServerMessage, { type: T }>>;
};

export const openSocket = (
  url: string,
  { plain = false, headers = {} }: { plain?: boolean; headers?: Record<string, string> } = {},
): TestSocket => {
  const socket = plain ? new WebSocket(url, { headers }) : new WebSocket(url, [SUBPROTOCOL], { headers });
  const said: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  const closed = new Promise<{ code: number; reason: CloseReason | undefined; text: string }>((resolve) => {
    socket.on('close', (code, text) => resolve({ code, reason: closeReason(code), text: text.toString() }));
  });
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => {
    said.push(ServerMessage.parse(JSON.parse(data.toString())));
    for (const look of waiting) look();
  });
  return {
    socket,
    said,
    closed,
    tell: (message) => socket.send(JSON.stringify(message)),
    until: (type, holds = () => true) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${type} came`)), UNTIL_MS);
        const look = (): void => {
          for (const message of said) {
            if (!isOf(message, type) || !holds(message)) continue;
            waiting.delete(look);
            clearTimeout(timer);
            return resolve(message);
          }
        };
        waiting.add(look);
        look();
        void closed.then(({ code, text }) => reject(new Error(`closed ${code} ${text} before ${type}`)));
      }),
  };
};

const isOf = <T extends ServerMessage['type']>(
  message: ServerMessage,
  type: T,
): message is Extract<ServerMessage, { type: T }> => message.type === type;

/** Greets, and answers with the welcome. */
export const greet = async (test: TestSocket, hello: Media): Promise<Welcome> => {
  test.socket.on('open', () => test.tell({ type: 'hello', version: WIRE_VERSION, media: hello }));
  return test.until('welcome');
};

type Welcome = Extract<ServerMessage, { type: 'welcome' }>;

/** Comes back with the token of an earlier socket. */
export const resume = async (
  test: TestSocket,
  { media: what, welcome, bytes }: { media: Media; welcome: Welcome; bytes: Buffer },
): Promise<Welcome> => {
  const { resumeToken } = welcome;
  const have = { haveFrom: 0, haveTo: bytes.byteLength };
  test.socket.on('open', () => test.tell({ type: 'resume', version: WIRE_VERSION, resumeToken, media: what, ...have }));
  return test.until('welcome');
};

/** Sends bytes [from, to) of a recording as frames of a few kilobytes. */
export const sendMedia = (
  { socket }: TestSocket,
  {
    bytes,
    epoch,
    from = 0,
    to = bytes.byteLength,
    init = false,
  }: { bytes: Buffer; epoch: number; from?: number; to?: number; init?: boolean },
): void => {
  for (let offset = from; offset < to; offset += CHUNK_BYTES) {
    const payload = bytes.subarray(offset, Math.min(to, offset + CHUNK_BYTES));
    socket.send(encodeFrame({ init, epoch, offset, payload }));
  }
};
