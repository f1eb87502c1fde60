import * as fc from 'fast-check';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type ClientMessage, encodeFrame, HEADER_BYTES, SUBPROTOCOL, WIRE_VERSION } from '#wire';
import type { StartEncoder } from '../../../ingest-worker/media/encoder.ts';
import type { CreatePublisher } from '../../../ingest-worker/session/publisher.ts';
import { createMemoryStore } from '../../../ingest-worker/session/store.testing.ts';
import { LIMITS } from '../../../ingest-worker/limits.ts';
import { createLog } from '../../../ingest-worker/log.ts';
import { startWorker } from '../../../ingest-worker/worker.ts';
import type { LoopedCapture } from './capture.ts';
import type { Fuzzed } from './fuzz-target.ts';
import { mutated, type CorpusEntry } from './mutate.ts';
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
export const fuzzWire = async (): Promise<Fuzzed<Said[]>> => {
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
      copier: 'ffmpeg',
      publisher: 'native',
      capacityUnits: PLENTY,
      capacitySessions: LIMITS.sessions,
      memoryBytes: Number.POSITIVE_INFINITY,
      trustedHops: 0,
      handshakesPerMinute: PLENTY,
      workerId: 'fuzzed',
      logLevel: 'error',
      ecsAgentUri: undefined,
      ecsMetadataUri: undefined,
      tasksQueueUrl: undefined,
      deployment: undefined,
      emf: false,
    },
  });
  const conversations = (['1', '2', '4'] as const).map((rung) => converse(openRung(rung)));

  return {
    inputs: fc.oneof(...conversations.map(disturbed)),
    bytes: (said) => said.reduce((sum, { bytes }) => sum + bytes.length, 0),
    play: async (said) => {
      // Each takes the stream from the one before it, so that none is left over.
      const socket = new WebSocket(`ws://127.0.0.1:${worker.port}/${memory.issue()}`, [SUBPROTOCOL], {
        perMessageDeflate: false,
      });
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      await Promise.race([once(socket, 'open'), closed]);
      if (socket.readyState !== WebSocket.OPEN) return 'not let in';
      for (const { binary, bytes: message } of said) socket.send(message, { binary });
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
  stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged', late: false }),
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

const toEntry = (bytes: Buffer): CorpusEntry => ({
  bytes,
  lengths: FIELDS,
  elements: [{ from: 0, to: Math.min(bytes.length, HEADER_BYTES) }],
});

/** A number in a message that is another one. */
const otherNumber = (bytes: Buffer): fc.Arbitrary<Buffer> => {
  const numbers = [...bytes.toString().matchAll(/-?\d+(?=[,}])/g)];
  if (numbers.length === 0) return fc.constant(bytes);
  return fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...NUMBERS)).map(([one, other]) => {
    const from = one.index;
    return Buffer.concat([bytes.subarray(0, from), Buffer.from(other), bytes.subarray(from + one[0].length)]);
  });
};

const disturbedWithin = ({ binary, bytes }: Said): fc.Arbitrary<Said> => {
  const disturbed = binary
    ? mutated([toEntry(bytes)])
    : fc.oneof(mutated([{ bytes, lengths: [], elements: [] }]), otherNumber(bytes));
  return disturbed.map((changed) => ({ binary, bytes: changed }));
};

type Disturb = (said: readonly Said[]) => Said[];

const disturbance = (conversation: readonly Said[]): fc.Arbitrary<Disturb> => {
  const index = fc.nat(conversation.length - 1);
  return fc.oneof(
    index.map(
      (at): Disturb =>
        (said) =>
          said.toSpliced(at, 1),
    ),
    fc.tuple(index, index).map(
      ([at, to]): Disturb =>
        (said) =>
          said.toSpliced(to, 0, ...said.slice(at, at + 1)),
    ),
    index.map(
      (at): Disturb =>
        (said) =>
          said.map((one, place) => (place === at ? { ...one, binary: !one.binary } : one)),
    ),
    {
      weight: 3,
      arbitrary: index.chain((at) =>
        disturbedWithin(conversation[at] ?? { binary: false, bytes: Buffer.alloc(0) }).map(
          (changed): Disturb =>
            (said) =>
              at < said.length ? said.with(at, changed) : [...said],
        ),
      ),
    },
  );
};

/** Messages left out, said twice, out of turn, or as the other kind; and a few changed within. */
const disturbed = (conversation: readonly Said[]): fc.Arbitrary<Said[]> =>
  fc
    .record({
      // Most keep their hello, without which nothing else is heard.
      isGreeted: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      disturbances: fc.array(disturbance(conversation), { minLength: 1, maxLength: 4 }),
    })
    .map(({ isGreeted, disturbances }) => {
      const said = disturbances.reduce((before, disturb) => disturb(before), conversation.slice(isGreeted ? 0 : 1));
      return said.slice(0, MESSAGES);
    });
