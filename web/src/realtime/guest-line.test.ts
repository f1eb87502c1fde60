import { describe, expect, it } from 'vitest';
import { openGuestLine } from './guest-line.ts';
import type { RealtimeSocketEvents } from './socket-link.ts';

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

/** A line, its sockets, and what its owner has been told. */
const open = async () => {
  const sockets: { ticket: string; events: RealtimeSocketEvents; said: string[] }[] = [];
  const timers = new Set<() => void>();
  const told: string[] = [];
  const world = { tickets: 0, wake: () => {} };
  const line = openGuestLine(
    {
      ticket: async () => ({ ticket: `ticket-${++world.tickets}`, expiresAt: '2030-01-01T00:00:00Z' }),
      openSocket: (ticket, events) => {
        const said: string[] = [];
        sockets.push({ ticket, events, said });
        return { send: (text) => said.push(text), close: () => said.push('close') };
      },
      after: (_, work) => {
        timers.add(work);
        return () => timers.delete(work);
      },
      onWake: (listener) => {
        world.wake = listener;
        return () => (world.wake = () => {});
      },
      random: () => 0,
    },
    {
      opened: () => told.push('opened'),
      hear: ({ type }) => told.push(type),
      refused: ({ code }) => told.push(`refused: ${code}`),
      reached: (reached) => told.push(reached ? 'reached' : 'not reached'),
    },
  );
  await settle();
  return { line, sockets, told, world };
};

describe('the line of guests', () => {
  it('opens by a ticket, says that it is open, and hears of guests alone', async () => {
    const { line, sockets, told } = await open();
    sockets[0]?.events.opened();
    line.say({ action: 'guest.ask', page: 'page-of-one' });
    sockets[0]?.events.said(JSON.stringify({ type: 'guest.place', admitted: false }));
    sockets[0]?.events.said(JSON.stringify({ type: 'pong' }));
    sockets[0]?.events.said('no message of ours');
    expect(told).toEqual(['opened', 'reached', 'guest.place']);
    expect(sockets[0]?.said).toEqual(['{"action":"guest.ask","page":"page-of-one"}']);
  });

  it('comes back by another ticket when it is lost, at once when the network is there again', async () => {
    const { sockets, told, world } = await open();
    sockets[0]?.events.opened();
    sockets[0]?.events.closed();
    expect(told.at(-1)).toBe('not reached');
    world.wake();
    await settle();
    sockets[1]?.events.opened();
    expect(sockets.map(({ ticket }) => ticket)).toEqual(['ticket-1', 'ticket-2']);
    expect(told.slice(-2)).toEqual(['opened', 'reached']);
  });

  it('tells what is refused, and takes another socket where this one is not heard any more', async () => {
    const { sockets, told } = await open();
    sockets[0]?.events.opened();
    const refuse = (error: string) =>
      sockets[0]?.events.said(JSON.stringify({ type: 'refused', error, message: 'No.' }));
    refuse('conflict');
    expect(told.at(-1)).toBe('refused: conflict');
    refuse('too-many-requests');
    expect(told.at(-1)).toBe('not reached');
    expect(sockets[0]?.said).toEqual(['close']);
  });

  it('is silent once it is stopped', async () => {
    const { line, sockets, told, world } = await open();
    sockets[0]?.events.opened();
    line.stop();
    world.wake();
    sockets[0]?.events.said(JSON.stringify({ type: 'guest.place', admitted: true }));
    await settle();
    expect(told).toEqual(['opened', 'reached']);
    expect(world.tickets).toBe(1);
  });
});
