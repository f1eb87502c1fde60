import type { GuestMessage, GuestSignal, IceServer } from '#contract/guest-messages';
import type { ComeAsGuest, GuestTicket } from '#contract/guests';
import type { Line, LineListener } from './line.ts';
import { createPeer, type Connection, type Peer, type Tracks } from './peer.ts';

/** Where a guest is. */
export type GuestState =
  | { at: 'coming' }
  | { at: 'waiting' }
  /** Too many wait already; tried again. */
  | { at: 'full' }
  /** Let in; the two browsers look for each other, have found each other, or have lost each other. */
  | { at: 'on-air'; connection: 'connecting' | 'connected' | 'lost' }
  | { at: 'over'; because: 'removed' | 'ended' | 'left' }
  | { at: 'refused'; problem: unknown };

export type GuestSessionView = { state: GuestState; show: GuestTicket['show'] | undefined };

/** A guest's place at a show, by the secret that is theirs. */
export type Place = { seat: string; streamId: string };

/** What a guest's page asks of the control plane. */
export type GuestVisitPorts = {
  come: (body: ComeAsGuest) => Promise<GuestTicket>;
  /** Whether coming again would be refused again. */
  isLasting: (error: unknown) => boolean;
  /** @param ticket asked for each socket anew */
  openLine: (ticket: () => Promise<GuestTicket>, listener: LineListener) => Line;
  /** Runs `work` once, later; the answer calls it off. */
  after: (ms: number, work: () => void) => () => void;
};

type Parts = GuestVisitPorts & {
  code: string;
  /** As one is called, where nobody is signed in. */
  name: string | undefined;
  /** What keeps the place while this tab is loaded anew. */
  place: { read: () => Place | undefined; write: (place: Place | undefined) => void };
  /** What this page is to call itself. */
  newPage: () => string;
  connect: (iceServers: readonly IceServer[]) => Connection;
  /** Lets the guest hear the others until `stop` is called. */
  play: (voice: MediaStreamTrack) => { stop: () => void };
  onChange: () => void;
};

/** A guest's side: comes by the link, waits, and once let in speaks to the studio and to nobody else. */
export type GuestSession = {
  view: () => GuestSessionView;
  /** What is sent from now on. */
  setTracks: (tracks: Tracks) => void;
  setSends: (sends: { camera: boolean; microphone: boolean }) => void;
  leave: () => void;
  /** The page is gone: the place is kept for a while. */
  stop: () => void;
};

const ASK_AGAIN_MS = 10_000;

export const createGuestSession = (parts: Parts): GuestSession => {
  const { come, isLasting, openLine, after, code, name, place, newPage, connect, play, onChange } = parts;
  let isOver = false;
  let view: GuestSessionView = { state: { at: 'coming' }, show: undefined };
  let iceServers: readonly IceServer[] = [];
  let tracks: Tracks = {};
  let sends = { camera: true, microphone: true };
  let peer: { session: string; peer: Peer; voice: { stop: () => void } | undefined } | undefined;
  let page = newPage();
  /** Connections that are over: what is said of them comes late. */
  const past = new Set<string>();
  let cancelAgain = () => {};

  const change = (changed: Partial<GuestSessionView>) => {
    view = { ...view, ...changed };
    onChange();
  };

  const hangUp = () => {
    if (peer) past.add(peer.session);
    peer?.peer.close();
    peer?.voice?.stop();
    peer = undefined;
  };

  const stop = () => {
    if (isOver) return false;
    isOver = true;
    cancelAgain();
    hangUp();
    line.stop();
    return true;
  };

  const finish = (state: GuestState) => {
    if (stop()) change({ state });
  };

  const ticket = async () => {
    try {
      const given = await come({ code, ...(name !== undefined && { name }), ...place.read() });
      place.write({ seat: given.seat, streamId: given.show.id });
      change({ show: given.show });
      return given;
    } catch (error) {
      if (isLasting(error)) finish({ at: 'refused', problem: error });
      throw error;
    }
  };

  const say = (session: string, signal: GuestSignal) => line.say({ action: 'guest.signal', session, signal });

  /** The studio makes each connection; of one that it has given up nothing is heard any more. */
  const peerOf = (session: string): Peer => {
    if (peer?.session === session) return peer.peer;
    hangUp();
    const isCurrent = () => peer?.session === session;
    const made = createPeer({
      connection: connect(iceServers),
      polite: true,
      tracks,
      send: (signal) => say(session, signal),
      onTrack: (kind, track) => {
        if (kind !== 'audio' || !peer || !isCurrent()) return;
        peer.voice?.stop();
        peer.voice = play(track);
      },
      onState: (state) => {
        const { at } = view.state;
        if (!isCurrent() || at !== 'on-air') return;
        if (state === 'connected') change({ state: { at, connection: 'connected' } });
        else if (view.state.connection === 'connected') change({ state: { at, connection: 'lost' } });
        if (state === 'failed') ask();
      },
    });
    peer = { session, peer: made, voice: undefined };
    say(session, { sends });
    return made;
  };

  /** Without a connection this is another page to the studio, which then makes another one: nobody knows what of the last has got lost. */
  const ask = () => {
    if (view.state.at === 'on-air' && view.state.connection !== 'connected') page = newPage();
    line.say({ action: 'guest.ask', page });
  };

  const askLater = () => {
    cancelAgain();
    cancelAgain = after(ASK_AGAIN_MS, ask);
  };

  const take = (message: GuestMessage) => {
    switch (message.type) {
      case 'guest.place':
        if (message.iceServers) ({ iceServers } = message);
        if (!message.admitted) return change({ state: { at: 'waiting' } });
        if (view.state.at !== 'on-air') change({ state: { at: 'on-air', connection: 'connecting' } });
        return;
      case 'guest.signal':
        return past.has(message.session) ? undefined : peerOf(message.session).hear(message.signal);
      case 'guest.over':
        // who was removed stays so, also when the page is loaded anew
        if (message.because !== 'removed') place.write(undefined);
        return finish({ at: 'over', because: message.because });
      case 'guests':
        return;
    }
  };

  const line = openLine(ticket, {
    opened: ask,
    hear: take,
    refused: (refusal) => {
      if (refusal.code === 'blocked' || refusal.code === 'suspended') finish({ at: 'refused', problem: refusal });
      if (refusal.code === 'conflict') change({ state: { at: 'full' } });
      if (refusal.code === 'conflict' || refusal.code === 'internal') askLater();
    },
    // what is lost is found, or another connection is asked for, when it is open again
    reached: () => {},
  });

  return {
    view: () => view,
    setTracks: (next) => {
      tracks = next;
      peer?.peer.setTrack('audio', next.audio);
      peer?.peer.setTrack('video', next.video);
    },
    setSends: (next) => {
      if (next.camera === sends.camera && next.microphone === sends.microphone) return;
      sends = next;
      if (peer) say(peer.session, { sends });
    },
    leave: () => {
      line.say({ action: 'guest.leave' });
      place.write(undefined);
      finish({ at: 'over', because: 'left' });
    },
    stop: () => void stop(),
  };
};
