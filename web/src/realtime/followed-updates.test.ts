import { describe, expect, it } from 'vitest';
import type { StreamView } from '#contract/http';
import { startFollowedUpdates } from './followed-updates.ts';
import { withShow } from './with-show.ts';
import { LIMITS } from './link.ts';
import type { RealtimeSocketEvents } from './socket-link.ts';
import { streamView } from '../api/views.testing.ts';

const show = (id: string, change: Partial<StreamView> = {}): StreamView => streamView({ ...change, id });

/** A world in which sockets are opened by the test and timers run when it says so. */
const makeWorld = () => {
  const sockets: { events: RealtimeSocketEvents; closed: boolean }[] = [];
  const timers = new Set<{ ms: number; work: () => void }>();
  const heard: StreamView[] = [];
  let tickets = 0;
  const stop = startFollowedUpdates(
    {
      ticket: async () => ({ ticket: `ticket-${++tickets}`, expiresAt: '2026-11-22T10:00:00Z' }),
      openSocket: (_ticket, events) => {
        const socket = { events, closed: false };
        sockets.push(socket);
        return { send: () => {}, close: () => void (socket.closed = true) };
      },
      after: (ms, work) => {
        const timer = { ms, work };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      onWake: () => () => {},
      random: () => 0,
    },
    (stream) => heard.push(stream),
  );
  return {
    sockets,
    heard,
    stop,
    settle: async () => {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
    run: (atLeastMs: number) => {
      for (const timer of timers) if (timer.ms >= atLeastMs && timers.delete(timer)) timer.work();
    },
    timers,
  };
};

describe('pushes of whom one follows', () => {
  it('come by a socket that is opened anew when it closes or falls silent', async () => {
    const world = makeWorld();
    await world.settle();
    world.sockets[0]?.events.opened();
    world.sockets[0]?.events.said(JSON.stringify({ type: 'followed', stream: show('str_1') }));
    world.sockets[0]?.events.said('not what we know');
    expect(world.heard.map(({ id }) => id)).toEqual(['str_1']);
    world.run(LIMITS.silenceMs);
    expect(world.sockets[0]?.closed).toBe(true);
    world.run(0);
    await world.settle();
    world.sockets[1]?.events.opened();
    world.sockets[1]?.events.said(JSON.stringify({ type: 'followed', stream: show('str_2') }));
    expect(world.heard.map(({ id }) => id)).toEqual(['str_1', 'str_2']);
    world.stop();
    expect(world.sockets[1]?.closed).toBe(true);
    expect(world.timers.size).toBe(0);
  });

  it('put a show first that has begun, once, and take one away that is over', () => {
    expect(withShow([show('a')], show('b'), true).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(withShow([show('a'), show('b')], show('b', { title: 'New' }), true)).toMatchObject([
      { id: 'b', title: 'New' },
      { id: 'a' },
    ]);
    expect(withShow([show('a'), show('b')], show('a', { state: 'ended' }), false).map(({ id }) => id)).toEqual(['b']);
  });
});
