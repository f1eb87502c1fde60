import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { closeReason, encodeFrame, ServerMessage, SUBPROTOCOL, UPLINK_TRIAL_PATH, WIRE_VERSION } from '#wire';
import { STRUCTURES, WHOLE_ELEMENTS } from '../../../ingest-worker/complexity.testing.ts';
import { LIMITS } from '../../../ingest-worker/limits.ts';
import { sequence } from '../../../ingest-worker/media/h264.testing.ts';
import * as mkv from '../../../ingest-worker/media/matroska.testing.ts';
import type { Harness } from '../shows/harness.ts';
import { openRung } from '../shows/rung-captures.ts';
import type { AttackCase } from './attack-case.ts';

type Case = AttackCase<Harness>;
type Welcome = Extract<ServerMessage, { type: 'welcome' }>;

const { media: MEDIA, init: INIT, units } = openRung('1');
const [FIRST] = units();
const START = Buffer.concat([INIT, FIRST?.bytes ?? Buffer.alloc(0)]);
const FRAME_BYTES = 512 * 1024;
const ANSWER_MS = 12_000;
const HELLO = JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: MEDIA });

type Said = {
  first?: string | Buffer;
  /** `connection` is what lies below the web socket. */
  onWelcome?: (socket: WebSocket, welcome: Welcome, connection: Socket) => void;
  url?: string;
  headers?: Record<string, string>;
  waitMs?: number;
};
/** What a socket ended with: its reason, an HTTP status, or that it is still open. */
const end = async (
  harness: Harness,
  { first = HELLO, onWelcome, url, headers = {}, waitMs = ANSWER_MS }: Said,
): Promise<string> => {
  const address = url ?? (await (await harness.addStream()).getUrl());
  return new Promise((resolve) => {
    const socket = new WebSocket(address, [SUBPROTOCOL], { headers, perMessageDeflate: false });
    const finish = (got: string): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(got);
    };
    const timer = setTimeout(() => finish('open'), waitMs);
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_, response) => finish(String(response.statusCode)));
    socket.on('close', (code) => finish(closeReason(code) ?? String(code)));
    socket.on('open', () => first !== '' && socket.send(first));
    let connection: Socket | undefined;
    socket.on('upgrade', (response) => (connection = response.socket));
    socket.on('message', (data: Buffer) => {
      const message = ServerMessage.parse(JSON.parse(data.toString()));
      if (message.type === 'welcome' && connection) onWelcome?.(socket, message, connection);
    });
  });
};
const frame = (epoch: number, offset: number, payload: Uint8Array): Uint8Array =>
  encodeFrame({ init: offset === 0, epoch, offset, payload });
const sendAll = (socket: WebSocket, { epoch }: Welcome, bytes: Buffer): void => {
  for (let at = 0; at < bytes.length; at += FRAME_BYTES)
    socket.send(frame(epoch, at, bytes.subarray(at, at + FRAME_BYTES)));
};

const says = (
  attack: string,
  first: string | Buffer,
  expected: string | readonly string[] = 'malformed-message',
): Case => ({
  attack,
  expected,
  play: (harness) => end(harness, { first }),
});
const hello = (change: object): string =>
  JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: { ...MEDIA, ...change } });
const WIRE: readonly Case[] = [
  says('a hello of another version', JSON.stringify({ type: 'hello', version: 99, media: MEDIA })),
  says('a hello without media', JSON.stringify({ type: 'hello', version: WIRE_VERSION })),
  says('a hello of 1,000,000 pixels a side', hello({ width: 1e6, height: 1e6 })),
  says('a hello of no pixels', hello({ width: 0 })),
  says('a hello of a frame rate without end', '{"type":"hello","version":1,"media":{"frameRate":1e999}}'),
  says('a hello of a codec of 1,000 letters', hello({ videoCodec: 'v'.repeat(1_000) })),
  says('a hello of a container that is none', hello({ container: 'avi' })),
  says('a hello that is a list', '[]'),
  says('a hello of null', 'null'),
  says('text that is no JSON', '}{'),
  says('text of 60 KB', 'x'.repeat(60_000)),
  says('media before the hello', randomBytes(100)),
  says('a stop before the hello', JSON.stringify({ type: 'stop', at: 0 })),
  says('__proto__ for a type', '{"type":"__proto__"}'),
  says(
    'a resume with a token that was made up',
    JSON.stringify({
      type: 'resume',
      version: WIRE_VERSION,
      resumeToken: 'A'.repeat(64),
      media: MEDIA,
      haveFrom: 0,
      haveTo: 0,
    }),
    ['resume-refused', 'lease-lost'],
  ),
  says(
    'a resume with a token of 5 KB',
    JSON.stringify({
      type: 'resume',
      version: WIRE_VERSION,
      resumeToken: 'A'.repeat(5_000),
      media: MEDIA,
      haveFrom: 0,
      haveTo: 0,
    }),
  ),
  says(
    'a resume from the end of numbers',
    JSON.stringify({
      type: 'resume',
      version: WIRE_VERSION,
      resumeToken: 'A',
      media: MEDIA,
      haveFrom: 2 ** 60,
      haveTo: 2 ** 61,
    }),
  ),
];

/** Sent after the welcome. */
const after = (
  attack: string,
  onWelcome: NonNullable<Said['onWelcome']>,
  expected: string | readonly string[],
  waitMs = ANSWER_MS,
): Case => ({
  attack,
  expected,
  play: (harness) => end(harness, { onWelcome, waitMs }),
});
const MALFORMED = 'malformed-message';
const CONTROL: readonly Case[] = [
  after(
    '20,000 skips',
    (socket) => {
      for (let to = 1; to <= 20_000; to += 1) socket.send(JSON.stringify({ type: 'skip', to }));
    },
    [MALFORMED, 'too-fast'],
  ),
  after(
    '20,000 stops',
    (socket) => {
      for (let at = 0; at < 20_000; at += 1) socket.send(JSON.stringify({ type: 'stop', at: 2 ** 40 }));
    },
    'too-fast',
  ),
  after(
    // More than the head start that a client has.
    '100,000 empty frames',
    (socket, { epoch }) => {
      for (let sent = 0; sent < 100_000; sent += 1) socket.send(frame(epoch, 0, Buffer.alloc(0)));
    },
    'too-fast',
  ),
  after(
    '50,000 pings',
    (socket) => {
      for (let sent = 0; sent < 50_000; sent += 1) socket.ping();
    },
    'too-fast',
  ),
  after(
    '2,000 frames of one byte',
    (socket, { epoch }) => {
      for (let at = 0; at < 2_000; at += 1) socket.send(frame(epoch, at, START.subarray(at, at + 1)));
    },
    ['open', 'too-fast', MALFORMED, 'unsupported-media'],
  ),
  after('a second hello', (socket) => socket.send(HELLO), MALFORMED),
  after(
    'a skip back',
    (socket) => socket.send(JSON.stringify({ type: 'skip', to: 0 })),
    [MALFORMED, 'open', 'unsupported-media'],
    3_000,
  ),
  after(
    'a skip to the end of numbers',
    (socket) => socket.send(JSON.stringify({ type: 'skip', to: Number.MAX_SAFE_INTEGER })),
    [MALFORMED, 'unsupported-media', 'too-fast', 'open'],
    3_000,
  ),
  after('a skip to minus one', (socket) => socket.send('{"type":"skip","to":-1}'), MALFORMED),
  after('a skip to a half', (socket) => socket.send('{"type":"skip","to":0.5}'), MALFORMED),
  after('half a header', (socket) => socket.send(Buffer.alloc(7, 1)), MALFORMED),
  after(
    'a frame of another epoch',
    (socket, { epoch }) => socket.send(frame(epoch + 1, 0, START)),
    [MALFORMED, 'unsupported-media', 'open', 'replaced'],
    3_000,
  ),
  after(
    'a frame at the end of numbers',
    (socket, { epoch }) => socket.send(frame(epoch, Number.MAX_SAFE_INTEGER - 10, START)),
    [MALFORMED, 'open', 'unsupported-media'],
    3_000,
  ),
  after(
    'a frame of 5 MB',
    (socket, { epoch }) => socket.send(frame(epoch, 0, Buffer.alloc(5 * 1024 * 1024))),
    'frame-too-large',
  ),
  after(
    '48 MB at once',
    (socket, { epoch }) => {
      socket.send(frame(epoch, 0, START));
      for (let at = START.length, sent = 0; sent < 48; sent += 1, at += 1024 * 1024)
        socket.send(frame(epoch, at, Buffer.alloc(1024 * 1024, 0xec)));
    },
    ['too-fast', 'unsupported-media'],
  ),
];

/** Of a message that never ends: far more than the pieces or frames of it that a worker holds. */
const ENDLESS = 200_000;
/** Closed unread, as the protocol says it: more than its policy allows. */
const POLICY = '1008';
/** Each byte in a packet of its own. */
const drip = (connection: Socket, left: number): void => {
  if (left === 0 || !connection.writable) return;
  connection.write('x');
  setImmediate(drip, connection, left - 1);
};
const PIECES: readonly Case[] = [
  after(
    'a message of frames of a byte, without an end',
    (socket) => {
      for (let sent = 0; sent < ENDLESS; sent += 1) socket.send('x', { binary: true, fin: false });
    },
    POLICY,
  ),
  after(
    'a message of 4 MB, a byte a packet',
    (_socket, _welcome, connection) => {
      connection.setNoDelay(true);
      connection.write(Buffer.from('82ff000000000040000000000000', 'hex'));
      drip(connection, ENDLESS);
    },
    POLICY,
    60_000,
  ),
];

const REFUSED_MEDIA = ['unsupported-media', 'too-fast', 'encoder-failed', 'open', 'frame-too-large'];
/** Legal or not, bytes that are dear to read: every structure that strangers can repeat, a megabyte of each with itself and with the first. */
const BOMBS: readonly Case[] = (['matroska', 'h264 in matroska', 'mp4', 'mp4 claims'] as const).flatMap((name) => {
  const { parts, make } = STRUCTURES[name];
  return Array.from({ length: parts }, (_, part): Case => {
    const container = name.startsWith('mp4') ? 'mp4' : 'matroska';
    return {
      attack: `a bomb of ${name}, structure ${part} behind structure 0`,
      expected: REFUSED_MEDIA,
      play: async (harness) => {
        const bytes = Buffer.concat(make([0, part], 1024 * 1024));
        return end(harness, {
          first: JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: { ...MEDIA, container } }),
          onWelcome: (socket, welcome) => sendAll(socket, welcome, bytes),
          waitMs: 3_000,
        });
      },
    };
  });
});
const HUGE_SET = sequence(875, 875);
const HUGE = mkv.cluster(0, mkv.element(0xa3, Buffer.from([0x81, 0, 0, 0x80, 0, 0, 0, HUGE_SET.byteLength]), HUGE_SET));
const UNITS = WHOLE_ELEMENTS['empty units, lengths of one byte']?.make(7 * 1024 * 1024) ?? [];
const NOT_MEDIA: readonly Case[] = (
  [
    ['noise', () => randomBytes(50_000)],
    ['a picture', () => Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), randomBytes(5_000)])],
    ['a playlist that reads a file', () => Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')],
    ['a list for concat', () => Buffer.from('ffconcat version 1.0\nfile /etc/passwd\n')],
    ['a page', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a beginning, and then noise', () => Buffer.concat([INIT, randomBytes(200_000)])],
    ['two beginnings', () => Buffer.concat([START, START])],
    ['zeros', () => Buffer.alloc(100_000)],
    ['a picture of seven million units', () => Buffer.concat(UNITS)],
    ['a picture that says within the show that it has 14,000 pixels a side', () => Buffer.concat([INIT, HUGE])],
  ] as const
).map(([what, make]) => ({
  attack: `sent as media: ${what}`,
  expected: ['unsupported-media', 'encoder-failed'],
  play: (harness) => end(harness, { onWelcome: (socket, welcome) => sendAll(socket, welcome, make()) }),
}));

const KEYS: readonly Case[] = [
  {
    attack: 'a stream key used twice',
    expected: 'key-refused',
    play: async (harness) => {
      const url = await (await harness.addStream()).getUrl();
      await end(harness, { url, first: 'once' });
      return end(harness, { url });
    },
  },
  ...['', 'x', '../../readyz', '%00', 'A'.repeat(32), 'A'.repeat(4_000), '__proto__', 'A%2F..%2F'].map((key): Case => ({
    attack: `a stream key of ${key.slice(0, 12) || 'nothing'}${key.length > 12 ? `… (${key.length})` : ''}`,
    expected: ['key-refused', '404', '400', '403', '414', '431'],
    play: (harness) => end(harness, { url: `ws://127.0.0.1:${harness.network.port}/stream/live/${key}` }),
  })),
  ...['https://evil.example', 'null', 'http://localhost:3000.evil.example', 'file://'].map((origin): Case => ({
    attack: `a good key from a page of ${origin}`,
    expected: '403',
    play: (harness) => end(harness, { headers: { origin } }),
  })),
  {
    attack: 'a resume token of one show at another',
    expected: ['resume-refused', 'malformed-message', 'key-refused', 'lease-lost'],
    play: async (harness) => {
      let stolen = '';
      await end(harness, {
        onWelcome: (socket, { resumeToken }) => {
          stolen = resumeToken;
          socket.terminate();
        },
      });
      const resume = {
        type: 'resume',
        version: WIRE_VERSION,
        resumeToken: stolen,
        media: MEDIA,
        haveFrom: 0,
        haveTo: 0,
      };
      return end(harness, { first: JSON.stringify(resume) });
    },
  },
];

const gauge = async (harness: Harness, name: string): Promise<number> => {
  const worker = harness.workers.at(-1);
  const text = await (await fetch(`http://127.0.0.1:${worker?.port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
};
/** How many feeds there are, once none of the attacks before this one is still on its way out. */
const settledSessions = async (harness: Harness): Promise<number> => {
  let [sessions, same] = [await gauge(harness, 'ingest_sessions'), 0];
  for (let looks = 80; looks > 0 && same < 8; looks -= 1) {
    await delay(250);
    const latest = await gauge(harness, 'ingest_sessions');
    same = latest === sessions ? same + 1 : 0;
    sessions = latest;
  }
  return sessions;
};
/** Written byte by byte by somebody who has read RFC 6455, or has not. */
const SHAKES: readonly (readonly [string, string])[] = [
  ['no key', 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n'],
  [
    'a short key',
    'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n',
  ],
  [
    'another version',
    'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ],
  ['another protocol', 'Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n'],
  [
    'extensions of noise',
    'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: ;;;\r\n\r\n',
  ],
  ['no end', 'Upgrade: websocket\r\nConnection: Upgrade\r\n'],
];
const shaken = (attack: string, request: string, ending: 'ends' | 'breaks off'): Case => ({
  attack: `60 handshakes with ${attack}, each of which ${ending}`,
  expected: 'nothing is reserved, and the next is let in',
  play: async (harness) => {
    const before = await settledSessions(harness);
    const { port } = harness.network;
    for (let count = 0; count < 60; count += 1) {
      const key = new URL(await (await harness.addStream()).getUrl()).pathname;
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(`GET ${key} HTTP/1.1\r\nHost: localhost\r\n${request}`);
      if (ending === 'ends') socket.end();
      else setTimeout(() => socket.destroy(), 5);
    }
    const leftAfterAWhile = async (): Promise<number> => {
      for (let looks = 40; looks > 0 && (await gauge(harness, 'ingest_sessions')) > before; looks -= 1)
        await delay(250);
      return (await gauge(harness, 'ingest_sessions')) - before;
    };
    const left = await leftAfterAWhile();
    // It ends its show: one that may be taken up again would be counted in the next row.
    const stop = JSON.stringify({ type: 'stop', at: 0 });
    const next = await end(harness, { onWelcome: (socket) => socket.send(stop) });
    return left === 0 && next === 'finished' && (await leftAfterAWhile()) === 0
      ? 'nothing is reserved, and the next is let in'
      : `${left} reserved, the next got ${next}`;
  },
});
const HANDSHAKES: readonly Case[] = [
  ...SHAKES.flatMap(([attack, request]) => [shaken(attack, request, 'ends'), shaken(attack, request, 'breaks off')]),
  {
    attack: '300 sockets that never end their request',
    expected: 'the next is let in',
    play: async (harness) => {
      const sockets = Array.from({ length: 300 }, () => {
        const socket = connect(harness.network.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write('GET /stream/live/x HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n');
        return socket;
      });
      const got = await end(harness, { waitMs: 1_500 });
      for (const socket of sockets) socket.destroy();
      return got === 'open' ? 'the next is let in' : got;
    },
  },
  {
    attack: 'all trials of uplinks, from two addresses',
    expected: 'another network’s is let in',
    play: async ({ network }) => {
      const open = (address: string): Promise<WebSocket | undefined> =>
        new Promise((resolve) => {
          const socket = new WebSocket(`ws://127.0.0.1:${network.port}${UPLINK_TRIAL_PATH}`, {
            headers: { 'x-forwarded-for': address },
          });
          socket.on('error', () => resolve(undefined));
          socket.on('open', () => resolve(socket));
        });
      const greedy = Array.from({ length: 2 * LIMITS.trials }, (_, index) => open(`192.0.2.${index % 2}`));
      const held = (await Promise.all(greedy)).filter((socket) => socket !== undefined);
      const next = await open('198.51.100.7');
      for (const socket of [...held, next]) socket?.terminate();
      const got = next ? 'another network’s is let in' : 'another network’s is turned away';
      return held.length >= LIMITS.trials ? got : `only ${held.length} trials were had`;
    },
  },
  ...['evil.example', '127.0.0.1.nip.io'].map((host): Case => ({
    attack: `the worker’s figures read by who calls it ${host}`,
    expected: '404',
    play: async ({ network }) =>
      new Promise((resolve) => {
        const socket = connect(network.port, '127.0.0.1', () =>
          socket.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
        );
        let heard = '';
        socket.on('data', (part) => (heard += part.toString()));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(/ (\d{3}) /.exec(heard)?.[1] ?? 'closed'));
      }),
  })),
];

/** What strangers do to a worker, by group; an ordinary show is on it meanwhile. */
export const INGEST: Readonly<Record<string, readonly Case[]>> = {
  wire: WIRE,
  control: [...CONTROL, ...PIECES].map((attack) => ({ ...attack, long: true as const })),
  keys: KEYS,
  handshakes: HANDSHAKES,
  bombs: BOMBS.map((attack, index) => (index % 6 === 0 ? attack : { ...attack, long: true as const })),
  media: NOT_MEDIA,
};
