import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { SUBPROTOCOL } from '#wire';
import { createAdmission } from './admission.ts';
import { LIMITS } from './limits.ts';
import { createLog } from './log.ts';
import type { Client } from './session/client.ts';
import { STREAM } from './session/store.testing.ts';
import { converse } from './socket.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A socket of fields, and the client that a session is given for it. */
const talking = ({ greets = true } = {}) => {
  const admission = createAdmission({ capacityUnits: 200, maxSessions: 5 });
  const reservation = admission.reserve(110);
  const closed: [number, string][] = [];
  let pings = 0;
  let terminated = false;
  let client: Client | undefined;
  const webSocket = Object.assign(new EventEmitter(), {
    protocol: SUBPROTOCOL,
    readyState: 1,
    OPEN: 1,
    bufferedAmount: 0,
    isPaused: false,
    sent: [] as string[],
    send: (text: string) => void webSocket.sent.push(text),
    close: (code: number, reason: string) => void closed.push([code, reason]),
    terminate: () => {
      terminated = true;
    },
    ping: () => void pings++,
    pause: () => undefined,
    resume: () => undefined,
  });
  if (!reservation) throw new Error('no room');
  const refused: string[] = [];
  converse({
    webSocket: webSocket as unknown as WebSocket,
    redeemed: { redeemed: true, streamId: STREAM },
    reservation,
    sessions: {
      resume: async () => ({ opened: false, because: 'resume-refused', detail: '' }),
      open: async (opening) => {
        client = opening.client;
        const session = {
          streamId: STREAM,
          sessionId: 's',
          resumeToken: 't',
          over: new Promise<never>(() => undefined),
          attach: () => undefined,
          frame: () => undefined,
          chunk: () => undefined,
          skip: () => undefined,
          stop: () => undefined,
          left: () => undefined,
          cut: () => undefined,
          migrate: () => undefined,
          refuse: (_: Client, reason: string) => void refused.push(reason),
        };
        return { opened: true, isNew: true, session };
      },
    },
    log: createLog({ level: 'error', write: () => undefined }),
    clock: () => Date.now(),
  });
  const hello = {
    type: 'hello',
    version: 1,
    media: {
      container: 'matroska',
      videoCodec: 'avc1.42e01e',
      audioCodec: 'mp4a.40.2',
      width: 320,
      height: 180,
      frameRate: 30,
      videoKbps: 100,
      audioKbps: 64,
    },
  };
  const greet = () => webSocket.emit('message', Buffer.from(JSON.stringify(hello)), false);
  if (greets) greet();
  return {
    webSocket,
    greet,
    admission,
    closed,
    refused,
    pings: () => pings,
    terminated: () => terminated,
    client: async (): Promise<Client> => {
      await vi.advanceTimersByTimeAsync(0);
      if (!client) throw new Error('no client yet');
      return client;
    },
  };
};

describe('a socket', () => {
  it('[W16] is pinged at least every 20 s', async () => {
    const { pings, webSocket } = talking();
    for (let ms = 0; ms < 60_000; ms += 10_000) {
      await vi.advanceTimersByTimeAsync(10_000);
      webSocket.emit('pong');
    }
    expect(pings()).toBeGreaterThanOrEqual(3);
    expect(LIMITS.pingMs).toBeLessThanOrEqual(20_000);
  });

  it('[L2] has helloMs to say hello', async () => {
    const [inTime, late] = [talking({ greets: false }), talking({ greets: false })];
    await vi.advanceTimersByTimeAsync(LIMITS.helloMs - 1);
    inTime.greet();
    expect(late.closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(late.closed).toEqual([[4002, 'hello-timeout: no hello']]);
    await vi.advanceTimersByTimeAsync(LIMITS.helloMs);
    expect(inTime.closed).toEqual([]);
  });

  it('[W12] may say textBytes in one message, and not one more', async () => {
    const { webSocket, refused } = talking();
    await vi.advanceTimersByTimeAsync(0);
    const message = (bytes: number) => Buffer.from('{"type":"stop","at":0}'.padEnd(bytes));
    webSocket.emit('message', message(LIMITS.textBytes), false);
    expect(refused).toEqual([]);
    webSocket.emit('message', message(LIMITS.textBytes + 1), false);
    expect(refused).toEqual(['malformed-message']);
  });

  it('[L11] from which nothing comes for idleMs is idle; a pong is something', async () => {
    const quiet = talking();
    await vi.advanceTimersByTimeAsync(LIMITS.idleMs);
    expect(quiet.refused).toEqual([]);
    await vi.advanceTimersByTimeAsync(LIMITS.pingMs);
    expect(quiet.refused).toEqual(['idle']);
    const lively = talking();
    for (let pings = 0; pings < 10; pings++) {
      await vi.advanceTimersByTimeAsync(LIMITS.pingMs);
      lively.webSocket.emit('pong');
    }
    expect(lively.refused).toEqual([]);
  });

  it('[L13] that does not read what it is told is cut', async () => {
    const { client, webSocket, terminated } = talking();
    const told = await client();
    webSocket.bufferedAmount = 256 * 1024;
    told.say({ type: 'received', offset: 1 });
    expect(terminated()).toBe(false);
    webSocket.bufferedAmount++;
    told.say({ type: 'received', offset: 2 });
    expect(terminated()).toBe(true);
    expect(webSocket.sent).toHaveLength(1);
  });

  it('that does not answer a close is cut', async () => {
    const { client, terminated, closed } = talking();
    (await client()).close('replaced', 'a'.repeat(500));
    expect(closed[0]?.[0]).toBe(4009);
    expect(Buffer.byteLength(closed[0]?.[1] ?? '')).toBeLessThanOrEqual(123);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(terminated()).toBe(true);
  });

  it('[L6] gives back what its hello does not need', async () => {
    const { client, admission } = talking();
    await client();
    expect(admission.units).toBe(1);
  });
});
