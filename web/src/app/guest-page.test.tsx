// @vitest-environment happy-dom
import { createMemoryHistory } from '@tanstack/react-router';
import { act, screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuestMessage } from '#contract/guest-messages';
import { createFakeMedia } from '../broadcast/capture/media.testing.ts';
import { createFakeConnection } from '../broadcast/guests/connection.testing.ts';
import { ASHA, createFakeApp, me, refusal, type Answers } from '../context/app.testing.tsx';
import { render } from '../ui/render.testing.tsx';
import { App } from './app.tsx';
import { createAppRouter } from './router.tsx';

const CODE = 'A'.repeat(32);
const TICKET = {
  ticket: 'ticket',
  expiresAt: '2030-01-01T00:00:00Z',
  seat: 'B'.repeat(32),
  name: 'Zoya',
  show: { id: 'str_1', title: 'First light', creator: ASHA },
};

/** The sockets of the page, as a browser has them. */
class BrowserSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static opened: BrowserSocket[] = [];
  readyState = BrowserSocket.CONNECTING;
  said: any[] = [];
  constructor() {
    super();
    BrowserSocket.opened.push(this);
  }
  open() {
    this.readyState = BrowserSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }
  hear(message: GuestMessage) {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }));
  }
  send(text: string) {
    this.said.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
}

/** What this machine has of Web Audio: nobody listens. */
class Silence {
  fftSize = 2;
  connect() {}
  resume = async () => {};
  close = async () => {};
  getFloatTimeDomainData() {}
}

const connections: ReturnType<typeof createFakeConnection>[] = [];
const servers: (RTCConfiguration | undefined)[] = [];
let machine: ReturnType<typeof createFakeMedia>['machine'];

beforeEach(() => {
  BrowserSocket.opened = [];
  connections.length = servers.length = 0;
  const fake = createFakeMedia();
  machine = fake.machine;
  vi.stubGlobal('WebSocket', BrowserSocket);
  vi.stubGlobal('AudioContext', Silence);
  vi.stubGlobal('AnalyserNode', Silence);
  vi.stubGlobal('MediaStreamAudioSourceNode', Silence);
  vi.stubGlobal('RTCPeerConnection', function (configuration?: RTCConfiguration) {
    const made = createFakeConnection();
    connections.push(made);
    servers.push(configuration);
    return made.connection;
  });
  Object.defineProperty(navigator, 'mediaDevices', { value: fake.media, configurable: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

type Visiting = { answers?: Answers; signedIn?: boolean; code?: string; prepare?: () => void };

const visit = async ({ answers = {}, signedIn = false, code = CODE, prepare = () => {} }: Visiting = {}) => {
  prepare();
  const app = createFakeApp({
    signedIn,
    answers: { 'GET /auth/session': { user: me }, 'POST /stream/guests': TICKET, ...answers },
  });
  location.hash = `#${code}`;
  const router = createAppRouter(createMemoryHistory({ initialEntries: ['/guest'] }));
  const page = render(<App parts={app.parts} router={router} queryClient={app.queryClient} />);
  const user = userEvent.setup();
  const socket = async () => {
    await waitFor(() => expect(BrowserSocket.opened.length).toBeGreaterThan(0));
    const newest = BrowserSocket.opened.at(-1);
    if (!newest) throw new Error('no socket');
    await act(() => newest.open());
    return newest;
  };
  /** Asks to be let in by this name; answers the socket on which the answer will come. */
  const ask = async (name = 'Zoya') => {
    await user.type(await screen.findByLabelText(/Your name/), name);
    await user.keyboard('{Enter}');
    return socket();
  };
  return { ...app, user, page, ask, socket };
};

const hear = (socket: BrowserSocket, message: GuestMessage) => act(() => socket.hear(message));

describe('the page of a guest', () => {
  it('shows who comes how they look, and asks for a name before anything is sent', async () => {
    const { sent } = await visit();
    expect(await screen.findByRole('heading', { name: 'Join a show as a guest' })).toBeTruthy();
    expect(await screen.findByLabelText('Your camera')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Ask to join' })).toHaveProperty('disabled', true);
    expect(sent('POST')).toEqual([]);
    expect(BrowserSocket.opened).toEqual([]);
  });

  it('waits, is let in, is on the air, and says at each step who sees and hears what', async () => {
    const { ask, sent } = await visit();
    const socket = await ask();
    expect(sent('POST')).toEqual([
      { call: 'POST /stream/guests', body: { code: CODE, name: 'Zoya', browser: 'browser-of-a-test' } },
    ]);
    expect(await screen.findByRole('heading', { name: 'Join Asha’s show' })).toBeTruthy();
    await hear(socket, { type: 'guest.place', admitted: false });
    expect(await screen.findByText('Waiting to be let in')).toBeTruthy();
    expect(screen.getByText(/Nobody sees or hears you yet/)).toBeTruthy();
    const iceServers = [{ urls: ['turn:turn.vybzz.test'], username: '1:guest', credential: 'secret' }];
    await hear(socket, { type: 'guest.place', admitted: true, iceServers });
    expect(await screen.findByText('You have been let in. Connecting…')).toBeTruthy();
    await hear(socket, {
      type: 'guest.signal',
      session: 'session-1',
      signal: { description: { type: 'offer', sdp: 'their offer' } },
    });
    expect(servers).toEqual([{ iceServers }]);
    await act(() => connections[0]?.becomes('connected'));
    expect(await screen.findByText('You are on the air')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Asha’s show' })).toBeTruthy();
    await act(() => connections[0]?.becomes('disconnected'));
    expect(await screen.findByText(/The connection to the studio is lost/)).toBeTruthy();
  });

  it('mutes, and puts the camera out and on again', async () => {
    const { ask, user } = await visit();
    await ask();
    await user.click(await screen.findByRole('button', { name: 'Mute' }));
    expect(screen.getByRole('button', { name: 'Unmute' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Camera off' }));
    expect(machine.tracks.find(({ kind }) => kind === 'video')?.readyState).toBe('ended');
    expect(screen.getByText(/your name is shown/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Camera on' }));
    expect(await screen.findByLabelText('Your camera')).toBeTruthy();
  });

  it.each([
    ['removed', 'The creator has removed you'],
    ['ended', 'The show has ended'],
  ] as const)('that was %s lets go of camera and microphone, and says so', async (because, title) => {
    const { ask } = await visit();
    const socket = await ask();
    await hear(socket, { type: 'guest.over', because });
    expect(await screen.findByRole('heading', { name: title })).toBeTruthy();
    expect(machine.tracks.map(({ readyState }) => readyState)).toEqual(machine.tracks.map(() => 'ended'));
    expect(screen.queryByRole('button', { name: 'Come back' })).toBeNull();
  });

  it('that was left can be come back to', async () => {
    const { ask, user } = await visit();
    const socket = await ask();
    await user.click(screen.getByRole('button', { name: 'Leave' }));
    expect(socket.said.at(-1)).toEqual({ action: 'guest.leave' });
    await user.click(await screen.findByRole('button', { name: 'Come back' }));
    expect(await screen.findByRole('button', { name: 'Ask to join' })).toBeTruthy();
  });

  it('that is loaded anew goes on where it was', async () => {
    const { ask, page } = await visit();
    const socket = await ask();
    await hear(socket, { type: 'guest.place', admitted: true });
    page.unmount();
    const again = await visit();
    await again.socket();
    expect(again.sent('POST')[0]?.body).toMatchObject({
      code: CODE,
      seat: TICKET.seat,
      streamId: 'str_1',
      name: 'Zoya',
    });
    expect(screen.queryByRole('button', { name: 'Ask to join' })).toBeNull();
  });

  it('asks who is signed in for no name', async () => {
    const { user, sent } = await visit({ signedIn: true });
    expect(await screen.findByText('You join as Asha.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Ask to join' }));
    await waitFor(() => expect(sent('POST')).toHaveLength(1));
    expect(sent('POST')[0]?.body).toEqual({ code: CODE, browser: 'browser-of-a-test' });
  });

  it.each([
    ['not-found', /This link no longer works/],
    ['not-allowed', /This is your own show/],
    ['blocked', /You cannot be a guest of this creator/],
  ] as const)('says why nobody comes by the link: %s', async (code, words) => {
    const { user } = await visit({ answers: { 'POST /stream/guests': refusal(code) } });
    await user.type(await screen.findByLabelText(/Your name/), 'Zoya');
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('heading', { name: 'You cannot join' })).toBeTruthy();
    expect(screen.getByText(words)).toBeTruthy();
  });

  it('of half a link asks for the whole one', async () => {
    await visit({ code: 'half' });
    expect(await screen.findByRole('heading', { name: 'This link is incomplete' })).toBeTruthy();
    expect(machine.asked).toEqual([]);
  });

  it('says what to do where the browser does not give camera and microphone', async () => {
    const { user } = await visit({ prepare: () => (machine.forbidden = true) });
    expect(await screen.findByText(/does not let Vybzz use the camera/)).toBeTruthy();
    expect(screen.getByText(/No camera and no microphone/)).toBeTruthy();
    machine.forbidden = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByLabelText('Your camera')).toBeTruthy();
  });

  it('has only the name of who is seen by no camera, and says so', async () => {
    await visit({ prepare: () => (machine.cameras = []) });
    expect(await screen.findByText(/you are heard, and your name is shown/)).toBeTruthy();
  });

  it('goes on without a device that is unplugged', async () => {
    await visit();
    await screen.findByLabelText('Your camera');
    machine.cameras = [];
    await act(() => machine.tracks.find(({ kind }) => kind === 'video')?.unplug());
    expect(await screen.findByText(/you are heard, and your name is shown/)).toBeTruthy();
  });
});
