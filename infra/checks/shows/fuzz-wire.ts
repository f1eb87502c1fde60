import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type ClientMessage, encodeFrame, HEADER_BYTES, SUBPROTOCOL, WIRE_VERSION } from '#wire';
import type { StartEncoder } from '../../../ingest-worker/media/encoder.ts';
import type { CreatePublisher } from '../../../ingest-worker/session/publisher.ts';
import { createMemoryStore } from '../../../ingest-worker/session/store.testing.ts';
import { createLog } from '../../../ingest-worker/log.ts';
import { startWorker } from '../../../ingest-worker/worker.ts';
import type { LoopedCapture } from './capture.ts';
import type { Fuzzed } from './fuzz-target.ts';
import { mutate, type Specimen } from './mutate.ts';
import { oneOf, pick, type Random } from '../lib/random.ts';
import { openRung } from './rung-captures.ts';

/** One message of a client; what is no longer UTF-8 is still sent as text. */
type Said = { binary: boolean; bytes: Buffer };

const FRAME_BYTES = 8_000;
const MESSAGES = 12;
/** Within the header of a media frame. */
const FIELDS = [
  { at: 0, bytes: 1 },
  { at: 1, bytes: 1 },
  { at: 4, bytes: 4 },
  { at: 8, bytes: 8 },
  { at: 16, bytes: 4 },
];
const NUMBERS = ['-1', '0', '1e309', '9007199254740993', '1.5', 'null', '"1"', '[[[[]]]]', '{"__proto__":1}'] as const;
const PLENTY = 1_000_000;

/** What a client says, to a whole worker by its own port; only its encoders and publishers are none. */
export const fuzzWire = async (): Promise<Fuzzed> => {
  const memory = createMemoryStore();
  const worker = await startWorker({
    store: memory.store,
    log: createLog({ level: 'error', write: () => undefined }),
    startEncoder,
    createPublisher,
    config: {
      host: '127.0.0.1',
      port: 0,
      tableName: 'none',
      allowedOrigins: [],
      upstream: { url: 'rtmp://127.0.0.1:1/app' },
      ffmpegPath: 'ffmpeg',
      encoderWall: { least: 'none', library: undefined },
      publisher: 'native',
      capacityUnits: PLENTY,
      handshakesPerMinute: PLENTY,
      workerId: 'fuzzed',
      logLevel: 'error',
      ecsAgentUri: undefined,
      emf: false,
    },
  });
  const conversations = (['1', '2', '4'] as const).map((rung) => converse(openRung(rung)));
  const [first, ...rest] = conversations;
  if (first === undefined) throw new Error('nothing to say');

  return {
    make: (random) => pack(disturb(oneOf(random, [first, ...rest]), random)),
    play: async (bytes) => {
      // Each takes the stream from the one before it, so that none is left over.
      const socket = new WebSocket(`ws://127.0.0.1:${worker.port}/${memory.issue()}`, [SUBPROTOCOL], {
        perMessageDeflate: false,
      });
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      await Promise.race([once(socket, 'open'), closed]);
      if (socket.readyState !== WebSocket.OPEN) return 'not let in';
      for (const { binary, bytes: message } of unpack(bytes)) socket.send(message, { binary });
      const answered = once(socket, 'pong');
      socket.ping();
      await Promise.race([answered, closed]);
      socket.terminate();
      await closed;
      return undefined;
    },
    close: () => worker.close(),
  };
};

const startEncoder: StartEncoder = ({ onEvent }) => {
  const exit = (): void => void setImmediate(() => onEvent({ type: 'exited', clean: true, detail: '' }));
  return { pid: undefined, write: () => true, end: exit, pause: () => undefined, resume: () => undefined, kill: exit };
};

const createPublisher: CreatePublisher = () => ({
  connect: async () => ({ connected: true }),
  send: () => true,
  close: async () => ({ flushed: true }),
  abandon: () => undefined,
  stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged' }),
});

const text = (message: ClientMessage): Said => ({ binary: false, bytes: Buffer.from(JSON.stringify(message)) });

/** The beginning of a show as a browser would send it. */
const converse = (show: LoopedCapture): Said[] => {
  const { init, media } = show;
  const [unit] = show.units();
  const recording = Buffer.concat([init, unit?.bytes ?? Buffer.alloc(0)]);
  const frame = (offset: number): Said => {
    const payload = recording.subarray(offset, offset + FRAME_BYTES);
    const bytes = encodeFrame({ init: offset < init.length, epoch: 1, offset, payload });
    return { binary: true, bytes: Buffer.from(bytes) };
  };
  const frames = Array.from({ length: Math.ceil(recording.length / FRAME_BYTES) }, (_, index) =>
    frame(index * FRAME_BYTES),
  );
  return [
    text({ type: 'hello', version: WIRE_VERSION, media }),
    ...frames,
    text({ type: 'skip', to: recording.length + FRAME_BYTES }),
    text({ type: 'stop', at: recording.length + FRAME_BYTES }),
    text({ type: 'resume', version: WIRE_VERSION, resumeToken: 'x.y', media, haveFrom: 0, haveTo: recording.length }),
  ];
};

/** Messages left out, said twice, out of turn, or as the other kind; and a few changed within. */
const disturb = (conversation: readonly Said[], random: Random): Said[] => {
  // Most keep their hello, without which nothing else is heard.
  const said = conversation.slice(random() < 0.9 ? 0 : 1);
  for (let left = 1 + pick(random, 4); left > 0; left -= 1) {
    const at = random() < 0.8 ? 1 + pick(random, said.length - 1) : pick(random, said.length);
    const one = said[at];
    if (one === undefined) continue;
    switch (pick(random, 6)) {
      case 0:
        said.splice(at, 1);
        break;
      case 1:
        said.splice(pick(random, said.length + 1), 0, one);
        break;
      case 2:
        said[at] = { ...one, binary: !one.binary };
        break;
      default:
        said[at] = {
          ...one,
          bytes: one.binary ? mutate([toSpecimen(one.bytes)], random) : disturbText(one.bytes, random),
        };
    }
  }
  return said.slice(0, MESSAGES);
};

const toSpecimen = (bytes: Buffer): Specimen => ({
  bytes,
  lengths: FIELDS,
  elements: [{ from: 0, to: Math.min(bytes.length, HEADER_BYTES) }],
});

const disturbText = (bytes: Buffer, random: Random): Buffer => {
  if (random() < 0.4) return mutate([{ bytes, lengths: [], elements: [] }], random);
  const numbers = [...bytes.toString().matchAll(/-?\d+(?=[,}])/g)];
  const one = numbers[pick(random, numbers.length)];
  if (one === undefined) return bytes;
  const other = Buffer.from(oneOf(random, NUMBERS));
  return Buffer.concat([bytes.subarray(0, one.index), other, bytes.subarray(one.index + one[0].length)]);
};

const pack = (said: readonly Said[]): Buffer =>
  Buffer.concat(
    said.flatMap(({ binary, bytes }) => {
      const head = Buffer.alloc(5);
      head.writeUInt8(binary ? 1 : 0);
      head.writeUInt32BE(bytes.length, 1);
      return [head, bytes];
    }),
  );

const unpack = (bytes: Buffer): Said[] => {
  const said: Said[] = [];
  for (let at = 0; at < bytes.length;) {
    const to = at + 5 + bytes.readUInt32BE(at + 1);
    said.push({ binary: bytes[at] === 1, bytes: bytes.subarray(at + 5, to) });
    at = to;
  }
  return said;
};
