import { describe, expect, it } from 'vitest';
import { GUEST_LIMITS, type GuestView, type IceServer } from '#contract/guest-messages';
import { createFakeConnection, track } from './connection.testing.ts';
import { createFakeLine } from './line.testing.ts';
import { createStudioGuests } from './studio-guests.ts';

const guest = (change: Partial<GuestView> = {}): GuestView => ({
  id: 'guest-of-a-test',
  name: 'Zoya',
  admitted: true,
  gone: false,
  page: 'page-1',
  ...change,
});

/** A show on the air, its line to the realtime room, and what its picture and its mix are told. */
const open = async () => {
  const line = createFakeLine();
  const connections: ReturnType<typeof createFakeConnection>[] = [];
  const servers: (readonly IceServer[])[] = [];
  const pictures: string[] = [];
  const names: object[] = [];
  const sound: string[] = [];
  let sessions = 0;
  const guests = createStudioGuests({
    ports: {
      invite: async () => ({ code: 'A'.repeat(32), expiresAt: '2030-01-01T00:00:00Z' }),
      revoke: async () => {},
      openLine: line.openLine,
      after: line.after,
    },
    sound: () => ({
      setGuest: (slot, of) => sound.push(`${slot} ${of?.id ?? 'silent'}`),
      setGuestGain: (slot, gain) => sound.push(`${slot} at ${gain}`),
      guestMix: () => track('audio', 'mix'),
    }),
    connect: (iceServers) => {
      const made = createFakeConnection();
      connections.push(made);
      servers.push(iceServers);
      return made.connection;
    },
    play: () => ({
      setMuted: (muted) => sound.push(muted ? 'not played' : 'played'),
      stop: () => sound.push('stopped'),
    }),
    newSession: () => `session-${++sessions}`,
    origin: 'https://vybzz.test',
    onChange: () => {},
    onNames: (now) => names.push(now),
    onPicture: (slot, of) => pictures.push(`${slot} ${of?.id ?? 'none'}`),
  });
  guests.follow('str_1');
  await line.open();
  const { hear } = line;
  const tell = (...all: GuestView[]) => hear({ type: 'guests', streamId: 'str_1', guests: all });
  /** A guest whose picture and voice have come. */
  const connected = async () => {
    await tell(guest());
    connections[0]?.brings(track('video', 'face'));
    connections[0]?.brings(track('audio', 'voice'));
    connections[0]?.becomes('connected');
  };
  return { guests, line, connections, servers, pictures, names, sound, hear, tell, connected };
};

describe('the guests of a show in its studio', () => {
  it('are opened with the line, and again once there is a link', async () => {
    const { guests, line } = await open();
    expect(line.said).toEqual([{ action: 'guests.open', streamId: 'str_1' }]);
    await guests.invite();
    expect(guests.view().link).toBe(`https://vybzz.test/guest#${'A'.repeat(32)}`);
    expect(line.said).toHaveLength(2);
    await guests.revoke();
    expect(guests.view().link).toBeUndefined();
  });

  it('wait without a connection, and get one each when they are let in', async () => {
    const { guests, connections, tell } = await open();
    await tell(guest({ admitted: false }));
    expect([guests.view().waiting.length, connections.length]).toEqual([1, 0]);
    await tell(guest());
    expect(guests.view().onAir).toMatchObject([{ slot: 'guest-1', connection: 'connecting' }]);
    expect(connections[0]?.did).toEqual(['send audio', 'receive video']);
  });

  it('are seen and heard once they are connected', async () => {
    const { pictures, names, sound, connected } = await open();
    await connected();
    expect(names).toEqual([{ 'guest-1': 'Zoya' }]);
    expect(pictures).toEqual(['guest-1 face']);
    expect(sound).toEqual(['guest-1 voice', 'guest-1 at 1', 'played']);
  });

  it('leave a card at once when they drop, and their place only when that is given up', async () => {
    const { connections, pictures, names, tell, connected } = await open();
    await connected();
    connections[0]?.becomes('disconnected');
    expect(pictures.at(-1)).toBe('guest-1 none');
    connections[0]?.becomes('connected');
    expect(pictures.at(-1)).toBe('guest-1 face');
    await tell(guest({ gone: true }));
    expect(pictures.at(-1)).toBe('guest-1 none');
    expect(names.at(-1)).toEqual({ 'guest-1': 'Zoya' });
    await tell();
    expect(names.at(-1)).toEqual({});
    expect(connections[0]?.did).toContain('close');
  });

  it('keep their connection when only their socket was gone, and have a new one from another page', async () => {
    const { connections, tell, connected, guests } = await open();
    await connected();
    await tell(guest({ gone: true }));
    await tell(guest());
    expect([connections.length, guests.view().onAir[0]?.picture?.id]).toEqual([1, 'face']);
    await tell(guest({ page: 'page-2' }));
    expect(connections).toHaveLength(2);
    expect(connections[0]?.did).toContain('close');
  });

  it('that have failed to connect are met anew', async () => {
    const { connections, tell } = await open();
    await tell(guest());
    connections[0]?.becomes('failed');
    expect(connections).toHaveLength(2);
  });

  it('find the studio by the servers that the deployment names', async () => {
    const { hear, servers } = await open();
    const iceServers = [{ urls: ['turn:turn.vybzz.test'], username: '1:usr_1', credential: 'secret' }];
    await hear({ type: 'guests', streamId: 'str_1', guests: [], iceServers });
    await hear({ type: 'guests', streamId: 'str_1', guests: [guest()] });
    expect(servers).toEqual([iceServers]);
  });

  it('that were connected are looked for, which is said in other words than before', async () => {
    const { guests, connections, connected } = await open();
    await connected();
    expect(guests.view().onAir).toMatchObject([{ connection: 'connected' }]);
    connections[0]?.becomes('disconnected');
    expect(guests.view().onAir).toMatchObject([{ connection: 'lost' }]);
    connections[0]?.becomes('failed');
    expect(guests.view().onAir).toMatchObject([{ connection: 'lost' }]);
    connections[1]?.becomes('connected');
    expect(guests.view().onAir).toMatchObject([{ connection: 'connected' }]);
  });

  it('who are gone are asked about when their place is no longer kept, of which nobody tells', async () => {
    const { line, tell, connected, names } = await open();
    await connected();
    await tell(guest({ gone: true }));
    expect(line.saidOf('guests.open')).toHaveLength(1);
    await line.pass(GUEST_LIMITS.placeKeptMs);
    expect(line.saidOf('guests.open')).toHaveLength(1);
    await line.pass(GUEST_LIMITS.placeKeptMs + 1_000);
    expect(line.saidOf('guests.open')).toHaveLength(2);
    await tell();
    expect(names.at(-1)).toEqual({});
  });

  it('cannot be heard of while the line is broken, which is said', async () => {
    const { line, guests } = await open();
    expect(guests.view().reachable).toBe(true);
    line.lose();
    expect(guests.view().reachable).toBe(false);
    await line.open();
    expect(guests.view().reachable).toBe(true);
    expect(line.saidOf('guests.open')).toHaveLength(2);
  });

  it('that cannot be let in are told of, until the next try; words that crossed a guest’s going are not', async () => {
    const { guests, line, tell } = await open();
    await tell(guest({ admitted: false }));
    guests.admit(guest().id);
    line.refuse('not-allowed');
    expect(guests.view().problem).toBeUndefined();
    line.refuse('conflict');
    expect(guests.view().problem).toMatchObject({ code: 'conflict' });
    guests.admit(guest().id);
    await tell(guest());
    expect(guests.view().problem).toBeUndefined();
  });

  it('are a card while their camera is off', async () => {
    const { hear, pictures, connected } = await open();
    await connected();
    const sends = { camera: false, microphone: true };
    await hear({ type: 'guest.signal', guestId: guest().id, session: 'session-1', signal: { sends } });
    expect(pictures.at(-1)).toBe('guest-1 none');
    // of a connection that is no more
    await hear({
      type: 'guest.signal',
      guestId: guest().id,
      session: 'session-0',
      signal: { sends: { ...sends, camera: true } },
    });
    expect(pictures.at(-1)).toBe('guest-1 none');
  });

  it('are as loud as the creator wants, and not heard by anybody when muted', async () => {
    const { guests, sound, connected } = await open();
    await connected();
    guests.setGain(guest().id, 0.5);
    guests.setMuted(guest().id, true);
    guests.setMuted(guest().id, false);
    expect(sound.filter((told) => told.includes(' at '))).toEqual([
      'guest-1 at 1',
      'guest-1 at 0.5',
      'guest-1 at 0',
      'guest-1 at 0.5',
    ]);
    expect(sound).toContain('not played');
  });

  it('are gone with the show', async () => {
    const { guests, connections, names, pictures, connected } = await open();
    await connected();
    guests.follow(undefined);
    expect(guests.view()).toEqual({ waiting: [], onAir: [], link: undefined, reachable: true, problem: undefined });
    expect(connections[0]?.did).toContain('close');
    expect([names.at(-1), pictures.at(-1)]).toEqual([{}, 'guest-1 none']);
  });
});
