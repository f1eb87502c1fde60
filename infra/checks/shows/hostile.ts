import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { closeReason, encodeFrame, type Media, SUBPROTOCOL, WIRE_VERSION } from '#wire';
import { LIMITS } from '../../../ingest-worker/limits.ts';
import type { Harness } from './harness.ts';
import { openRung } from './rung-captures.ts';

/** What somebody does to a worker, and what the worker says to that: a close reason, or an HTTP status before the upgrade. */
type Attack = {
  name: string;
  plain?: boolean;
  /** Says hello first, and waits for the welcome. */
  greets?: boolean;
  url?: (given: string) => string;
  headers?: Record<string, string>;
  send?: (socket: WebSocket, epoch: number) => void;
  expects: readonly string[];
};

const HELLO: Media = openRung('1').media;
/** Whoever sends nothing that can be refused has so long to send a picture. */
const ANSWER_MS = LIMITS.firstPictureMs + 5_000;
const MB = 1024 * 1024;

const frame = (epoch: number, offset: number, payload: Uint8Array): Uint8Array =>
  encodeFrame({ init: offset === 0, epoch, offset, payload });
const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), randomBytes(4_000)]);

const ATTACKS: readonly Attack[] = [
  { name: 'no such path', url: (url) => url.replace('/stream/live/', '/nowhere/else/'), expects: ['404'] },
  { name: 'another origin', headers: { Origin: 'https://evil.example' }, expects: ['403'] },
  { name: 'a made-up key', url: (url) => `${url.slice(0, -8)}AAAAAAAA`, expects: ['key-refused'] },
  { name: 'text for hello', send: (socket) => socket.send('hello?'), expects: ['malformed-message'] },
  { name: 'media before hello', send: (socket) => socket.send(randomBytes(100)), expects: ['malformed-message'] },
  { name: 'silence', expects: ['hello-timeout'] },
  { name: 'a long text', send: (socket) => socket.send('x'.repeat(20_000)), expects: ['malformed-message'] },
  {
    name: 'a hello that claims the impossible',
    send: (socket) =>
      socket.send(JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: { ...HELLO, width: 1e9 } })),
    expects: ['malformed-message'],
  },
  {
    name: 'half a header',
    greets: true,
    send: (socket) => socket.send(Buffer.alloc(7, 1)),
    expects: ['malformed-message'],
  },
  {
    name: 'noise in frames',
    greets: true,
    send: (socket, epoch) => socket.send(frame(epoch, 0, randomBytes(50_000))),
    expects: ['unsupported-media'],
  },
  {
    name: 'a frame of 5 MB',
    greets: true,
    send: (socket, epoch) => socket.send(frame(epoch, 0, Buffer.alloc(5 * MB))),
    expects: ['frame-too-large'],
  },
  {
    name: 'a frame of 100 MB',
    plain: true,
    send: (socket) => socket.send(Buffer.alloc(100 * MB)),
    expects: ['frame-too-large'],
  },
  { name: 'a picture', plain: true, send: (socket) => socket.send(JPEG), expects: ['unsupported-media'] },
  { name: 'text in plain mode', plain: true, send: (socket) => socket.send('{}'), expects: ['malformed-message'] },
  {
    name: 'a header and then nothing',
    greets: true,
    send: (socket, epoch) => socket.send(frame(epoch, 0, openRung('1').init)),
    expects: ['unsupported-media'],
  },
  {
    name: 'a header and then noise',
    greets: true,
    send: (socket, epoch) => {
      const { init } = openRung('1');
      socket.send(frame(epoch, 0, Buffer.concat([init, randomBytes(200_000)])));
    },
    expects: ['unsupported-media', 'encoder-failed'],
  },
  {
    name: 'a flood',
    greets: true,
    send: (socket, epoch) => {
      const [first] = [...take(openRung('1').units(), 1)];
      const { init } = openRung('1');
      const start = Buffer.concat([init, first?.bytes ?? Buffer.alloc(0)]);
      socket.send(frame(epoch, 0, start));
      for (let at = start.length, sent = 0; sent < 48; sent += 1, at += MB)
        socket.send(frame(epoch, at, Buffer.alloc(MB, 0xec)));
    },
    expects: ['too-fast', 'unsupported-media'],
  },
];

function* take<Value>(values: Iterable<Value>, count: number): Generator<Value> {
  let taken = 0;
  for (const value of values) {
    if (taken >= count) return;
    taken += 1;
    yield value;
  }
}

/** Does everything at once, and tells what was answered otherwise than promised. */
export const playHostile = async (harness: Harness): Promise<{ wrong: string[] }> => {
  const slow = [openHalfRequest(harness), openHalfRequest(harness)];
  const answers = await Promise.all(ATTACKS.map((attack) => play(harness, attack)));
  for (const socket of slow) socket.destroy();
  return {
    wrong: ATTACKS.flatMap(({ name, expects }, index) =>
      expects.includes(answers[index] ?? '')
        ? []
        : [`${name}: ${String(answers[index])} instead of ${expects.join(' or ')}`],
    ),
  };
};

/** A request that never ends its headers. */
const openHalfRequest = ({ network }: Harness) => {
  const socket = connect(network.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /stream/live/x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
  return socket;
};

const play = async (harness: Harness, { plain, greets, url, headers = {}, send }: Attack): Promise<string> => {
  const given = await (await harness.addStream()).getUrl();
  const address = url === undefined ? given : url(given);
  return new Promise((resolve) => {
    const options = { headers, perMessageDeflate: false };
    const socket = plain === true ? new WebSocket(address, options) : new WebSocket(address, [SUBPROTOCOL], options);
    const timer = setTimeout(() => {
      socket.terminate();
      resolve('nothing');
    }, ANSWER_MS);
    const answer = (said: string): void => {
      clearTimeout(timer);
      resolve(said);
    };
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_, response) => {
      answer(String(response.statusCode));
      socket.terminate();
    });
    socket.on('close', (code) => answer(closeReason(code) ?? String(code)));
    socket.on('open', () => {
      if (greets === true) socket.send(JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: HELLO }));
      else send?.(socket, 0);
    });
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString());
      if (greets !== true || typeof message !== 'object' || message === null) return;
      if ('type' in message && message.type === 'welcome' && 'epoch' in message && typeof message.epoch === 'number')
        send?.(socket, message.epoch);
    });
  });
};
