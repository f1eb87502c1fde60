/** The load's publishers that misbehave; see load.ts. */
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { closeReason, encodeFrame, SUBPROTOCOL, WIRE_VERSION } from '#wire';
import { servePart } from '../lib/part.ts';
import { openStreams, type Streams } from '../lib/test-streams.ts';
import { openRung } from './rung-captures.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const Place = z.object({ tableUrl: z.string(), port: z.number(), count: z.number() });
const HOW = ['stall', 'noise', 'flood'] as const;
type How = (typeof HOW)[number];

const AGAIN_MS = 1_000;
const FLOOD_BYTES = 1024 * 1024;
/** More than anybody may have on the way, whatever he was away for. */
const FLOODS = 48;

const end = new AbortController();
const said = new Map<string, number>();
const show = openRung('1');
const [first] = show.units();
const start = Buffer.concat([show.init, first?.bytes ?? Buffer.alloc(0)]);
const noise = randomBytes(FLOOD_BYTES);
const padding = Buffer.alloc(FLOOD_BYTES, 0xec);

/** Stalls, sends noise, or far more than it said, over and over. */
const misbehave = async (streams: Streams, how: How): Promise<void> => {
  while (!end.signal.aborted) {
    const stream = await streams.add();
    const socket = new WebSocket(await stream.getUrl(), [SUBPROTOCOL], { perMessageDeflate: false });
    const code = await play(socket, how);
    if (end.signal.aborted) return;
    const reason = `${how}: ${closeReason(code) ?? code}`;
    said.set(reason, (said.get(reason) ?? 0) + 1);
    await delay(AGAIN_MS);
  }
};

const play = (socket: WebSocket, how: How): Promise<number> =>
  new Promise((resolve) => {
    const giveUp = (): void => socket.terminate();
    const send = (epoch: number, offset: number, payload: Uint8Array): void =>
      socket.send(encodeFrame({ init: offset === 0, epoch, offset, payload }));
    end.signal.addEventListener('abort', giveUp);
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      end.signal.removeEventListener('abort', giveUp);
      resolve(code);
    });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', version: WIRE_VERSION, media: show.media })));
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString());
      if (typeof message !== 'object' || message === null || !('epoch' in message)) return;
      const epoch = Number(message.epoch);
      if (how === 'noise') return send(epoch, 0, noise);
      const half = start.length >> 1;
      send(epoch, 0, start.subarray(0, half));
      if (how === 'stall') return;
      for (let sent = 0; sent < FLOODS; sent += 1) send(epoch, half + sent * FLOOD_BYTES, padding);
    });
  });

let misbehavers: Promise<unknown> = Promise.resolve();

servePart({
  start: (given) => {
    const { tableUrl, port, count } = Place.parse(given);
    const streams = openStreams({ tableUrl, port });
    misbehavers = Promise.all(
      Array.from({ length: count }, (_, index) => misbehave(streams, HOW[index % HOW.length] ?? 'noise')),
    );
  },
  finish: async () => {
    end.abort();
    await misbehavers;
    return Object.fromEntries(said);
  },
});
