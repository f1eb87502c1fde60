import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { encodeFrame, type MediaFrame, SUBPROTOCOL } from '#wire';
import { createAdmission } from './admission.ts';
import { LIMITS } from './limits.ts';
import { createLog } from './log.ts';
import type { Client } from './session/client.ts';
import { STREAM } from './session/store.testing.ts';
import { startAttendedClock } from './attended-clock.ts';
import { converse } from './socket.ts';
import { createTurns } from './turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A socket of fields, and the client that a session is given for it. */
const talking = ({ greets = true, takes = true, protocol = SUBPROTOCOL, clock = () => Date.now() } = {}) => {
  const admission = createAdmission({ capacityUnits: 200, maxSessions: 5 });
  const reservation = admission.reserve(110);
  const closed: [number, string][] = [];
  let pings = 0;
  let pongs = 0;
  let terminated = false;
  let client: Client | undefined;
  const webSocket = Object.assign(new EventEmitter(), {
    protocol,
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
    pong: () => void pongs++,
    pause: () => {
      webSocket.isPaused = true;
    },
    resume: () => {
      webSocket.isPaused = false;
    },
  });
  if (!reservation) throw new Error('no room');
  const refused: string[] = [];
  const frames: { offset: number; bytes: number }[] = [];
  let leavings = 0;
  converse({
    webSocket: webSocket as unknown as WebSocket,
    redeemed: { redeemed: true, streamId: STREAM, signedInAt: 0 },
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
          frame: (_: Client, { offset, payload }: MediaFrame) => {
            frames.push({ offset, bytes: payload.byteLength });
            return takes;
          },
          chunk: () => undefined,
          skip: () => undefined,
          stop: () => undefined,
          left: () => void leavings++,
          replace: () => undefined,
          freed: () => undefined,
          cut: () => undefined,
          migrate: () => undefined,
          refuse: (_: Client, reason: string) => void refused.push(reason),
        };
        return { opened: true, isNew: true, session };
      },
    },
    turns: createTurns({ clock }),
    log: createLog({ level: 'error', write: () => undefined }),
    clock,
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
  if (greets && protocol === SUBPROTOCOL) greet();
  return {
    webSocket,
    greet,
    admission,
    closed,
    refused,
    frames,
    /** How often its session was told that it is gone. */
    leavings: () => leavings,
    pings: () => pings,
    pongs: () => pongs,
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

  it('[L11] [S8] from which nothing comes for idleMs is closed as idle, and its feed waits; a pong is something', async () => {
    const quiet = talking();
    await vi.advanceTimersByTimeAsync(LIMITS.idleMs);
    expect(quiet.closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(LIMITS.pingMs);
    expect(quiet.closed).toEqual([[4007, 'idle: no sign of life']]);
    expect(quiet.leavings()).toBe(1);
    // it ends no show
    expect(quiet.refused).toEqual([]);
    quiet.webSocket.emit('close');
    expect(quiet.leavings()).toBe(1);
    const lively = talking();
    for (let pings = 0; pings < 10; pings++) {
      await vi.advanceTimersByTimeAsync(LIMITS.pingMs);
      lively.webSocket.emit('pong');
    }
    expect(lively.closed).toEqual([]);
  });

  it('[L11] [W13] of a plain client is the end of its show when nothing comes for idleMs', async () => {
    const quiet = talking({ protocol: '' });
    await vi.advanceTimersByTimeAsync(LIMITS.idleMs + LIMITS.pingMs);
    expect(quiet.refused).toEqual(['idle']);
  });

  it('[L19] is not idle, and not late with its hello, because this process stood still', async () => {
    const attended = startAttendedClock(() => Date.now());
    const standStill = (ms: number) => vi.setSystemTime(Date.now() + ms);
    const [open, silent] = [talking({ clock: attended.nowMs }), talking({ greets: false, clock: attended.nowMs })];
    standStill(3 * LIMITS.idleMs);
    await vi.advanceTimersByTimeAsync(LIMITS.helloMs - 1);
    expect(silent.closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(silent.closed).toEqual([[4002, 'hello-timeout: no hello']]);
    await vi.advanceTimersByTimeAsync(LIMITS.idleMs - LIMITS.helloMs - 2);
    expect(open.closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * LIMITS.pingMs);
    expect(open.closed).toEqual([[4007, 'idle: no sign of life']]);
    attended.stop();
  });

  const frame = (offset: number, bytes: number) =>
    Buffer.from(encodeFrame({ init: false, epoch: 1, offset, payload: new Uint8Array(bytes) }));

  it('[L18] has a large message looked at in pieces, between which others have their turn, and is not read meanwhile', async () => {
    let spentMs = 0;
    const clock = () => Date.now() + (spentMs += LIMITS.turnMs);
    const { webSocket, frames } = talking({ clock });
    await vi.advanceTimersByTimeAsync(0);
    const pieces = 5;
    webSocket.emit('message', frame(7, pieces * LIMITS.pieceBytes), true);
    expect(webSocket.isPaused).toBe(true);
    let seen = frames.length;
    for (let turn = 0; frames.length < pieces && turn < 100; turn++) {
      vi.advanceTimersToNextTimer();
      expect(frames.length - seen).toBeLessThanOrEqual(1);
      seen = frames.length;
    }
    expect(frames).toEqual(
      Array.from({ length: pieces }, (_, index) => ({
        offset: 7 + index * LIMITS.pieceBytes,
        bytes: LIMITS.pieceBytes,
      })),
    );
    expect(webSocket.isPaused).toBe(false);
  });

  it('[L8] is not read while its show is being opened, once frameBytes wait; a tiny message counts as messageCostBytes', () => {
    const { webSocket } = talking();
    const room = LIMITS.frameBytes / LIMITS.messageCostBytes;
    for (let sent = 0; sent < room; sent++) webSocket.emit('message', frame(sent, 1), true);
    expect(webSocket.isPaused).toBe(false);
    webSocket.emit('message', frame(room, 1), true);
    expect(webSocket.isPaused).toBe(true);
  });

  it('[L18] is not asked for the rest of a message of which the beginning was not taken', async () => {
    const { webSocket, frames } = talking({ takes: false });
    await vi.advanceTimersByTimeAsync(0);
    webSocket.emit('message', frame(0, 5 * LIMITS.pieceBytes), true);
    await vi.advanceTimersByTimeAsync(0);
    expect(frames).toHaveLength(1);
  });

  it.each(['text', 'ping', 'pong'])('[L20] may send controlMessages of %s at once, and not one more', async (kind) => {
    const { webSocket, refused } = talking();
    await vi.advanceTimersByTimeAsync(LIMITS.controlEveryMs * 2);
    const send = () =>
      kind === 'text'
        ? webSocket.emit('message', Buffer.from('{"type":"skip","from":0,"to":0}'), false)
        : webSocket.emit(kind, Buffer.alloc(0));
    for (let sent = 0; sent < LIMITS.controlMessages; sent++) send();
    expect(refused).toEqual([]);
    send();
    expect(refused).toEqual(['too-fast']);
    await vi.advanceTimersByTimeAsync(LIMITS.controlEveryMs);
    send();
    expect(refused).toEqual(['too-fast']);
  });

  it('[W16] answers a ping', async () => {
    const { webSocket, pongs } = talking();
    await vi.advanceTimersByTimeAsync(0);
    webSocket.emit('ping', Buffer.alloc(0));
    expect(pongs()).toBe(1);
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
