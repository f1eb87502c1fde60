import { describe, expect, it } from 'vitest';
import type { ChatPage } from '#contract/chat';
import type { LiveView } from '#contract/http';
import type { ClientMessage, ServerMessage } from '#contract/realtime';
import { ApiError } from '../api/api-error.ts';
import { LIMITS } from './link.ts';
import { startLiveUpdates } from './live-updates.ts';
import type { Snapshot } from './snapshot.ts';
import type { RealtimeSocketEvents } from './socket-link.ts';
import { liveView, STREAM, streamView } from '../api/views.testing.ts';

const said = (seq: number) => ({
  id: String(seq),
  seq,
  from: { handle: 'chen', name: 'Chen' },
  text: `${seq}`,
  at: '2026-11-22T10:00:00Z',
});

/** The message `seq`, after which the batch before this one ended. */
const batch = (after: number, seq: number): ServerMessage => ({
  type: 'batch',
  streamId: STREAM,
  after,
  seq,
  messages: [{ type: 'chat', streamId: STREAM, ...said(seq) }],
});

/** A world in which time moves by hand, sockets are opened by the test, and the API answers what the test sets. */
const makeWorld = ({ answer = (): LiveView | Error => liveView(), ticketFails = false, mine = false } = {}) => {
  type Timer = { atMs: number; work: () => void };
  const timers = new Set<Timer>();
  const sockets: { ticket: string; events: RealtimeSocketEvents; sent: ClientMessage[]; closed: boolean }[] = [];
  const seen: Snapshot[] = [];
  const world = {
    nowMs: 0,
    polls: 0,
    tickets: 0,
    caughtUpFrom: [] as number[],
    missed: { items: [], removed: [], seq: 0, more: false, rules: { slowSeconds: 0, frozen: false } } as ChatPage,
    answer,
    ticketFails,
    sockets,
    seen,
    timers,
    wake: () => {},
    last: () => seen.at(-1),
    socket: () => {
      const socket = sockets.at(-1);
      if (!socket) throw new Error('no socket was opened');
      return socket;
    },
    say: (message: ServerMessage) => world.socket().events.said(JSON.stringify(message)),
    /** Lets what was asked be answered. */
    settle: async () => {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
    pass: async (ms: number) => {
      const untilMs = world.nowMs + ms;
      for (;;) {
        await world.settle();
        const next = [...timers].sort((a, b) => a.atMs - b.atMs)[0];
        if (!next || next.atMs > untilMs) break;
        world.nowMs = next.atMs;
        timers.delete(next);
        next.work();
      }
      world.nowMs = untilMs;
    },
    stop: () => {},
  };
  world.stop = startLiveUpdates(
    {
      ticket: async () => {
        world.tickets += 1;
        if (world.ticketFails) throw new Error('no ticket');
        return { ticket: `ticket-${world.tickets}`, expiresAt: '2026-11-22T10:01:00Z' };
      },
      live: async () => {
        world.polls += 1;
        const answered = world.answer();
        if (answered instanceof Error) throw answered;
        return answered;
      },
      chatAfter: async (_streamId, after) => {
        world.caughtUpFrom.push(after);
        return world.missed;
      },
      openSocket: (ticket, events) => {
        const socket = { ticket, events, sent: [] as ClientMessage[], closed: false };
        sockets.push(socket);
        return {
          send: (text) => socket.sent.push(JSON.parse(text) as ClientMessage),
          close: () => {
            socket.closed = true;
          },
        };
      },
      after: (ms, work) => {
        const timer = { atMs: world.nowMs + ms, work };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      onWake: (listener) => {
        world.wake = listener;
        return () => {
          world.wake = () => {};
        };
      },
      now: () => world.nowMs,
      random: () => 0,
    },
    { streamId: STREAM, mine, onChange: (snapshot) => seen.push(snapshot) },
  );
  return world;
};
type World = ReturnType<typeof makeWorld>;

const joinedWorld = async (options: Parameters<typeof makeWorld>[0] = {}) => {
  const world = makeWorld(options);
  await world.pass(0);
  world.socket().events.opened();
  world.say({ type: 'joined', live: liveView(), mode: 'push' });
  return world;
};

describe('following a stream', () => {
  it('joins its stream by a ticket and takes in what is pushed', async () => {
    const world = await joinedWorld();
    expect(world.socket()).toMatchObject({ ticket: 'ticket-1', sent: [{ action: 'join', streamId: STREAM }] });
    world.say({ type: 'stream', stream: streamView({ state: 'reconnecting' }) });
    expect(world.last()).toMatchObject({ state: 'reconnecting', title: 'First light' });
  });

  it('asks at once and keeps asking while there is no socket', async () => {
    const world = makeWorld({ ticketFails: true, answer: () => liveView({ state: 'connecting' }) });
    await world.pass(0);
    expect(world.last()).toMatchObject({ state: 'connecting' });
    world.answer = () => liveView({ state: 'live' });
    await world.pass(LIMITS.pollMs);
    expect(world.last()).toMatchObject({ state: 'live' });
    expect(world.polls).toBe(2);
  });

  it('goes on asking after an answer that failed', async () => {
    const world = makeWorld({ ticketFails: true, answer: () => new Error('unreachable') });
    await world.pass(LIMITS.pollMs);
    expect(world.polls).toBe(2);
    expect(world.seen).toEqual([]);
  });

  it('asks again and again of a show on the air: what its worker alone knows is not pushed', async () => {
    const world = await joinedWorld();
    world.answer = () => liveView({ state: 'reconnecting' });
    await world.pass(LIMITS.pollOnAirMs * 1.25);
    expect(world.last()).toMatchObject({ state: 'reconnecting' });
  });

  it('asks rarely while it is pushed to, and at once when the socket goes', async () => {
    const world = await joinedWorld();
    world.answer = () => liveView({ state: 'created' });
    world.say({ type: 'stream', stream: streamView({ state: 'created' }) });
    await world.pass(LIMITS.pollMs);
    const before = world.polls;
    await world.pass(LIMITS.pollPushedMs - 1);
    expect(world.polls - before).toBeLessThanOrEqual(1);
    const joined = world.polls;
    world.socket().events.closed();
    await world.pass(0);
    expect(world.polls).toBe(joined + 1);
  });

  it('comes back with another ticket after the socket closed', async () => {
    const world = await joinedWorld();
    world.socket().events.closed();
    await world.pass(LIMITS.retryFirstMs);
    expect(world.sockets.map(({ ticket }) => ticket)).toEqual(['ticket-1', 'ticket-2']);
  });

  it('gives up a socket that answers nothing any more', async () => {
    const world = await joinedWorld();
    await world.pass(LIMITS.silenceMs);
    expect(world.sockets[0]).toMatchObject({ closed: true });
    expect(world.sockets[0]?.sent).toContainEqual({ action: 'ping' });
  });

  it('keeps a socket that answers its pings', async () => {
    const world = await joinedWorld();
    for (let round = 0; round < 4; round++) {
      await world.pass(LIMITS.pingEveryMs);
      world.say({ type: 'pong' });
    }
    expect(world.sockets).toHaveLength(1);
    expect(world.socket().closed).toBe(false);
  });

  it('does not listen to a socket that it gave up', async () => {
    const world = await joinedWorld();
    const first = world.socket();
    first.events.closed();
    await world.pass(LIMITS.retryFirstMs);
    world.socket().events.opened();
    first.events.closed();
    first.events.said(JSON.stringify({ type: 'stream', stream: streamView({ title: 'late' }) }));
    world.say({ type: 'joined', live: liveView(), mode: 'push' });
    expect(world.last()).toMatchObject({ title: 'First light' });
    expect(world.sockets).toHaveLength(2);
  });

  it('does not mind messages that it does not know, nor another stream’s', async () => {
    const world = await joinedWorld();
    const before = world.seen.length;
    world.socket().events.said('not json');
    world.socket().events.said('{"message":"Forbidden","connectionId":"x"}');
    world.say({ type: 'stream', stream: streamView({ id: 'str_2', title: 'another' }) });
    expect(world.seen).toHaveLength(before);
  });

  it('asks for what it missed of the chat, and once after it has joined', async () => {
    const world = await joinedWorld();
    await world.pass(LIMITS.settleMs);
    expect(world.caughtUpFrom).toEqual([0]);
    world.say(batch(0, 1));
    world.missed = { ...world.missed, items: [said(2), said(3)], seq: 3 };
    world.say(batch(2, 3));
    await world.pass(0);
    expect(world.caughtUpFrom).toEqual([0, 1]);
    expect(world.last()?.chat?.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    // a number under which nothing was said is not missed
    world.say(batch(3, 5));
    world.say(batch(5, 6));
    await world.pass(0);
    expect(world.caughtUpFrom).toEqual([0, 1]);
    expect(world.last()?.chat?.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 5, 6]);
  });

  it('opens no socket in an audience that is too large to be told, and asks as often as it is told to', async () => {
    const world = makeWorld({ answer: () => liveView({ mode: 'poll', askAfterMs: 5_000 }) });
    await world.pass(9_999);
    expect([world.tickets, world.sockets.length, world.polls]).toEqual([0, 0, 2]);
    await world.pass(1);
    expect(world.polls).toBe(3);
  });

  it('opens one for the creator all the same', async () => {
    const world = makeWorld({ answer: () => liveView({ mode: 'poll' }), mine: true });
    await world.pass(0);
    world.socket().events.opened();
    world.say({ type: 'joined', live: liveView({ mode: 'poll' }), mode: 'push' });
    await world.pass(20_000);
    expect([world.sockets.length, world.socket().closed]).toEqual([1, false]);
  });

  it.each([
    ['when it is told so', (world: World) => world.say({ type: 'mode', streamId: STREAM, mode: 'poll' })],
    ['when only the answers say so', () => undefined],
    [
      'when it joins too late',
      (world: World) => world.say({ type: 'joined', live: liveView({ mode: 'poll' }), mode: 'poll' }),
    ],
  ])('goes over to asking %s, and comes back, and nothing is lost or doubled', async (_when, tell) => {
    const world = await joinedWorld();
    world.say(batch(0, 2));
    world.answer = () => liveView({ mode: 'poll', chat: [said(2), said(3), said(4)], seq: 4 });
    tell(world);
    await world.pass(10_000);
    expect([world.sockets.length, world.socket().closed]).toEqual([1, true]);
    world.answer = () => liveView({ chat: [said(2), said(3), said(4)], seq: 4 });
    await world.pass(LIMITS.pollMs + LIMITS.returnWithinMs);
    expect(world.sockets).toHaveLength(2);
    world.socket().events.opened();
    world.say({ type: 'joined', live: liveView({ chat: [said(7)], seq: 7, chatFrom: 6 }), mode: 'push' });
    world.missed = { ...world.missed, items: [said(5), said(6), said(7), said(8)], seq: 8 };
    world.say(batch(7, 8));
    await world.pass(LIMITS.settleMs);
    expect(world.last()?.chat?.messages.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(world.last()?.chat?.seq).toBe(8);
  });

  it('is not sent away by an answer out of a cache from before it was let in', async () => {
    const world = await joinedWorld();
    world.answer = () => liveView({ mode: 'poll' });
    world.wake();
    await world.settle();
    expect(world.socket().closed).toBe(false);
  });

  it('tries again at once when the browser is back on a network', async () => {
    const world = makeWorld({ ticketFails: true });
    await world.pass(0);
    world.ticketFails = false;
    world.wake();
    await world.settle();
    expect(world.tickets).toBe(2);
    expect(world.sockets).toHaveLength(1);
  });

  it('tells a viewer without a socket that they may not watch any longer', async () => {
    const refused = new ApiError({ code: 'not-allowed', message: 'For followers.' });
    const world = makeWorld({ ticketFails: true });
    await world.pass(0);
    world.answer = () => new ApiError({ code: 'unreachable', message: 'Away.' });
    await world.pass(60_000);
    expect(world.last()).not.toHaveProperty('refused');
    world.answer = () => refused;
    await world.pass(60_000);
    expect(world.last()).toMatchObject({ refused: true });
  });

  it('says while it is cut off from what is pushed, which a crowd that asks is not', async () => {
    const world = makeWorld({ ticketFails: true });
    await world.pass(10_000);
    expect(world.last()).toMatchObject({ cutOff: true });
    world.ticketFails = false;
    world.wake();
    await world.pass(0);
    world.socket().events.opened();
    world.say({ type: 'joined', live: liveView(), mode: 'push' });
    expect(world.last()).not.toHaveProperty('cutOff');
    world.socket().events.closed();
    expect(world.last()).toMatchObject({ cutOff: true });
    const crowd = makeWorld();
    crowd.answer = () => liveView({ mode: 'poll' });
    await crowd.pass(10_000);
    expect(crowd.last()).not.toHaveProperty('cutOff');
  });

  it('stops by itself when nothing more will happen, and leaves nothing running', async () => {
    const world = await joinedWorld();
    world.say({ type: 'stream', stream: streamView({ state: 'ended', recording: 'preparing' }) });
    expect(world.socket().closed).toBe(false);
    world.say({ type: 'stream', stream: streamView({ state: 'ended', recording: 'ready' }) });
    await world.pass(60_000);
    expect(world.last()).toMatchObject({ state: 'ended', recording: 'ready' });
    expect(world.socket().closed).toBe(true);
    expect(world.timers.size).toBe(0);
  });

  it('tells nothing after it was stopped, even what was asked before', async () => {
    const world = makeWorld();
    world.stop();
    world.stop();
    await world.pass(60_000);
    expect(world.seen).toEqual([]);
    expect(world.sockets).toEqual([]);
    expect(world.timers.size).toBe(0);
  });
});
