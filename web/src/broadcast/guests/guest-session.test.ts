import { describe, expect, it } from 'vitest';
import type { GuestSignal, IceServer } from '#contract/guest-messages';
import type { ComeAsGuest } from '#contract/guests';
import { createFakeConnection, settle, track } from './connection.testing.ts';
import { createGuestSession, type Place } from './guest-session.ts';
import { createFakeLine } from './line.testing.ts';

const SHOW = {
  id: 'str_1',
  title: 'First light',
  creator: { id: 'usr_1', handle: 'asha', name: 'Asha' },
};
const offer: GuestSignal = { description: { type: 'offer', sdp: 'their offer' } };

/** A guest's page by a link, its line to the realtime room, and what the page keeps of its place. */
const visit = async ({ place }: { place?: Place } = {}) => {
  const line = createFakeLine();
  const connections: ReturnType<typeof createFakeConnection>[] = [];
  const servers: (readonly IceServer[])[] = [];
  const came: ComeAsGuest[] = [];
  const voices: string[] = [];
  const world = { refuse: undefined as Error | undefined, place };
  let pages = 0;
  let askTicket: () => Promise<unknown> = async () => {};
  const session = createGuestSession({
    isLasting: (error) => error === world.refuse,
    openLine: (ticket, listener) => {
      askTicket = ticket;
      return line.openLine(listener);
    },
    after: line.after,
    come: async (body) => {
      came.push(body);
      if (world.refuse) throw world.refuse;
      return { ticket: 'ticket', expiresAt: '', seat: body.seat ?? 'a-seat', name: 'Zoya', show: SHOW };
    },
    code: 'A'.repeat(32),
    name: 'Zoya',
    place: { read: () => world.place, write: (taken) => (world.place = taken) },
    newPage: () => `page-${++pages}`,
    connect: (iceServers) => {
      const made = createFakeConnection();
      connections.push(made);
      servers.push(iceServers);
      return made.connection;
    },
    play: ({ id }) => {
      voices.push(id);
      return { stop: () => voices.push('stopped') };
    },
    onChange: () => {},
  });
  /** Another socket: for each a ticket is asked for. */
  const reach = async () => {
    const given = await askTicket().then(
      () => true,
      () => false,
    );
    if (given) await line.open();
  };
  session.setTracks({ audio: track('audio'), video: track('video') });
  await reach();
  const at = () => session.view().state;
  const signal = (of: string, said: GuestSignal = offer) =>
    line.hear({ type: 'guest.signal', session: of, signal: said });
  const letIn = async (of = 'session-1') => {
    await line.hear({ type: 'guest.place', admitted: true, iceServers: [{ urls: ['stun:stun.vybzz.test'] }] });
    await signal(of);
  };
  const pagesSaid = () => line.saidOf('guest.ask').map(({ page }) => page);
  return { session, line, reach, connections, servers, came, voices, world, at, signal, letIn, pagesSaid };
};

describe('a guest', () => {
  it('comes by the link, waits, and is let in', async () => {
    const { line, at, came, world, letIn, connections, session } = await visit();
    expect(came).toEqual([{ code: 'A'.repeat(32), name: 'Zoya' }]);
    expect(at()).toEqual({ at: 'coming' });
    await line.hear({ type: 'guest.place', admitted: false });
    expect(at()).toEqual({ at: 'waiting' });
    expect(session.view().show).toEqual(SHOW);
    expect(world.place).toEqual({ seat: 'a-seat', streamId: 'str_1' });
    await letIn();
    expect(at()).toEqual({ at: 'on-air', connection: 'connecting' });
    connections[0]?.becomes('connected');
    expect(at()).toEqual({ at: 'on-air', connection: 'connected' });
  });

  it('answers the studio with picture and voice, by the servers of the deployment, and hears the show', async () => {
    const { letIn, connections, servers, line, voices, session } = await visit();
    await letIn();
    expect(servers).toEqual([[{ urls: ['stun:stun.vybzz.test'] }]]);
    expect(connections[0]?.did).toEqual(['heard offer', 'send audio', 'send video']);
    expect(line.saidOf('guest.signal').map(({ signal: said }) => said)).toEqual([
      { sends: { camera: true, microphone: true } },
      { description: { type: 'answer', sdp: 'my answer' } },
    ]);
    connections[0]?.brings(track('audio', 'programme'));
    expect(voices).toEqual(['programme']);
    session.setSends({ camera: false, microphone: true });
    expect(line.saidOf('guest.signal').at(-1)).toMatchObject({ signal: { sends: { camera: false } } });
  });

  it('goes on where they were when the page is loaded anew', async () => {
    const place = { seat: 'kept-seat', streamId: 'str_1' };
    const { came } = await visit({ place });
    expect(came).toEqual([{ code: 'A'.repeat(32), name: 'Zoya', ...place }]);
  });

  it('asks by the same page when only the socket was gone, and by another one without a connection', async () => {
    const { letIn, connections, reach, pagesSaid, at, signal } = await visit();
    await letIn();
    connections[0]?.becomes('connected');
    await reach();
    expect(pagesSaid()).toEqual(['page-1', 'page-1']);

    connections[0]?.becomes('disconnected');
    expect(at()).toEqual({ at: 'on-air', connection: 'lost' });
    await reach();
    expect(pagesSaid()).toEqual(['page-1', 'page-1', 'page-2']);
    // the studio makes another connection; what it said of the one before comes late
    await signal('session-2');
    await signal('session-1');
    expect(connections).toHaveLength(2);
    connections[1]?.becomes('connected');
    expect(at()).toEqual({ at: 'on-air', connection: 'connected' });
  });

  it('asks for another connection when the one that they have has failed', async () => {
    const { letIn, connections, pagesSaid } = await visit();
    await letIn();
    connections[0]?.becomes('failed');
    await settle();
    expect(pagesSaid()).toEqual(['page-1', 'page-2']);
  });

  it.each([
    ['conflict', 'full'],
    ['internal', 'coming'],
  ] as const)('who is answered %s asks again', async (error, where) => {
    const { line, at, pagesSaid } = await visit();
    line.refuse(error);
    expect(at()).toEqual({ at: where });
    await line.pass(10_000);
    expect(pagesSaid()).toHaveLength(2);
  });

  it.each([
    ['removed', true],
    ['ended', false],
  ] as const)('whose visit was %s hears and sends nothing any more', async (because, isKept) => {
    const { letIn, connections, line, at, world, voices } = await visit();
    await letIn();
    connections[0]?.brings(track('audio', 'programme'));
    await line.hear({ type: 'guest.over', because });
    expect(at()).toEqual({ at: 'over', because });
    expect(connections[0]?.did).toContain('close');
    expect(voices.at(-1)).toBe('stopped');
    // who was removed stays so, also when the page is loaded anew
    expect(world.place !== undefined).toBe(isKept);
  });

  it('who leaves gives the place back', async () => {
    const { letIn, line, session, at, world } = await visit();
    await letIn();
    session.leave();
    expect(line.saidOf('guest.leave')).toHaveLength(1);
    expect(at()).toEqual({ at: 'over', because: 'left' });
    expect(world.place).toBeUndefined();
  });

  it('whose link leads nowhere is told so, and nothing is tried again', async () => {
    const { world, reach, line, at, came } = await visit();
    world.refuse = new Error('This link leads nowhere any more.');
    await reach();
    expect(at()).toEqual({ at: 'refused', problem: world.refuse });
    expect(line.isStopped()).toBe(true);
    expect(came).toHaveLength(2);
  });

  it.each(['blocked', 'suspended'])('who is %s is told so, and nothing is tried again', async (code) => {
    const { line, at } = await visit();
    line.refuse(code);
    expect(at()).toMatchObject({ at: 'refused', problem: { code } });
    expect(line.isStopped()).toBe(true);
  });
});
