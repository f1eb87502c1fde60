import {
  GUEST_LIMITS,
  type GuestMessage,
  type GuestSignal,
  type GuestView,
  type IceServer,
} from '#contract/guest-messages';
import type { Sound } from '../capture/sound.ts';
import { GUEST_SLOTS, type GuestSlot } from '../picture/stage.ts';
import type { GuestPorts } from '../ports.ts';
import type { Line, Refused } from './line.ts';
import { createPeer, type Connection, type Peer } from './peer.ts';

/** A guest who is on the air. */
export type GuestOnAir = GuestView & {
  slot: GuestSlot;
  /** Whether the two browsers have found each other yet, or have lost each other. */
  connection: 'connecting' | 'connected' | 'lost';
  /** Whether the guest has their own microphone on. */
  speaks: boolean;
  /** Whether the creator has muted them. */
  muted: boolean;
  /** How loud they go into the mix, from 0 to 1.5. */
  gain: number;
  /** The picture that they send, where there is one now. */
  picture: MediaStreamTrack | undefined;
};

export type GuestsView = {
  waiting: readonly GuestView[];
  onAir: readonly GuestOnAir[];
  /** The address of the link that was made last, while it holds. */
  link: string | undefined;
  /** Whether who comes by it can be heard of. */
  reachable: boolean;
  /** What kept the last act from being done. */
  problem: unknown;
};

/** The guests of the show that is sent from here. */
export type StudioGuests = {
  view: () => GuestsView;
  /** The show whose guests these are; none while there is no show. */
  follow: (streamId: string | undefined) => void;
  /** Makes a link; the one before leads nowhere any more. */
  invite: () => Promise<void>;
  /** The link leads nowhere any more. */
  revoke: () => Promise<void>;
  admit: (guestId: string) => void;
  /** Refuses who waits, or takes who is on the air off it. */
  remove: (guestId: string) => void;
  setMuted: (guestId: string, muted: boolean) => void;
  setGain: (guestId: string, gain: number) => void;
};

export type StudioGuestsListener = {
  onChange: () => void;
  /** Who is on the air, by name. */
  onNames: (names: Partial<Record<GuestSlot, string>>) => void;
  /** A guest's picture has come, or has gone: at once, whatever becomes of the guest. */
  onPicture: (slot: GuestSlot, track: MediaStreamTrack | undefined) => void;
};

type Parts = StudioGuestsListener & {
  ports: GuestPorts;
  sound: () => Pick<Sound, 'setGuest' | 'setGuestGain' | 'guestMix'> | undefined;
  connect: (iceServers: readonly IceServer[]) => Connection;
  /** Lets the creator hear a voice until the answer is called; Chromium mixes none that nobody plays. */
  play: (voice: MediaStreamTrack) => { setMuted: (muted: boolean) => void; stop: () => void };
  newSession: () => string;
  /** The page's own origin, where a link leads. */
  origin: string;
};

type OnAir = {
  slot: GuestSlot;
  page: string;
  session: string;
  peer: Peer;
  state: RTCPeerConnectionState;
  sends: { camera: boolean; microphone: boolean };
  voice: ReturnType<Parts['play']> | undefined;
  video: MediaStreamTrack | undefined;
  shown: MediaStreamTrack | undefined;
};

const NOBODY: GuestsView = { waiting: [], onAir: [], link: undefined, reachable: true, problem: undefined };
/** Longer than a place is kept, by what clocks and networks take. */
const PLACE_LAPSED_MS = GUEST_LIMITS.placeKeptMs + 1_000;
/** What is refused of what a creator does here; the rest is of messages that crossed a guest's going. */
const TOLD = new Set<Refused['code']>(['conflict', 'not-found', 'internal']);

/**
 * The studio's side of guests: a star with this page in its middle. Each guest has a connection of their own, made anew for each page of
 * theirs, and a place in the picture and in the mix for as long as they are on the air.
 */
export const createStudioGuests = (parts: Parts): StudioGuests => {
  const { ports, sound, connect, play, newSession, origin, onChange, onNames, onPicture } = parts;
  let streamId: string | undefined;
  let line: Line | undefined;
  let reachable = true;
  let guests: readonly GuestView[] = [];
  let iceServers: readonly IceServer[] = [];
  let address: string | undefined;
  let problem: unknown;
  const onAir = new Map<string, OnAir>();
  const muted = new Set<string>();
  const gains = new Map<string, number>();
  /** Who has been connected before. */
  const met = new Set<string>();
  let names = '{}';
  let cancelLook = () => {};

  const isConnected = (guestId: string): boolean => onAir.get(guestId)?.state === 'connected';

  const look = (): GuestsView => ({
    waiting: guests.filter(({ admitted }) => !admitted),
    onAir: guests.flatMap((guest) => {
      const air = onAir.get(guest.id);
      if (!air) return [];
      const { slot, sends, shown } = air;
      return [
        {
          ...guest,
          slot,
          connection: isConnected(guest.id) ? 'connected' : met.has(guest.id) ? 'lost' : 'connecting',
          speaks: sends.microphone,
          muted: muted.has(guest.id),
          gain: gains.get(guest.id) ?? 1,
          picture: shown,
        },
      ];
    }),
    link: address,
    reachable,
    problem,
  });
  let view = NOBODY;

  /** Tells of what is to be seen now, and of nothing else. */
  const settle = () => {
    const now: Partial<Record<GuestSlot, string>> = {};
    for (const guest of guests) {
      const air = onAir.get(guest.id);
      if (!air) continue;
      now[air.slot] = guest.name;
      const picture = !guest.gone && isConnected(guest.id) && air.sends.camera ? air.video : undefined;
      if (picture === air.shown) continue;
      air.shown = picture;
      onPicture(air.slot, picture);
    }
    if (JSON.stringify(now) !== names) {
      names = JSON.stringify(now);
      onNames(now);
    }
    view = look();
    onChange();
  };

  const applyGain = (guestId: string) => {
    const air = onAir.get(guestId);
    if (!air) return;
    const isMuted = muted.has(guestId);
    sound()?.setGuestGain(air.slot, isMuted ? 0 : (gains.get(guestId) ?? 1));
    air.voice?.setMuted(isMuted);
  };

  const release = (guestId: string) => {
    const air = onAir.get(guestId);
    if (!air) return;
    onAir.delete(guestId);
    air.peer.close();
    air.voice?.stop();
    sound()?.setGuest(air.slot, undefined);
    if (air.shown) onPicture(air.slot, undefined);
  };

  const say = (guestId: string, session: string, signal: GuestSignal) => {
    if (streamId !== undefined) line?.say({ action: 'guest.signal', streamId, guestId, session, signal });
  };

  /** A connection to this page of the guest's, in place of any before it. */
  const meet = ({ id, page }: GuestView) => {
    const slot =
      onAir.get(id)?.slot ?? GUEST_SLOTS.find((each) => ![...onAir.values()].some((air) => air.slot === each));
    if (!slot) return;
    release(id);
    const session = newSession();
    const isCurrent = () => onAir.get(id)?.session === session;
    const mix = sound()?.guestMix(slot);
    const peer = createPeer({
      connection: connect(iceServers),
      polite: false,
      tracks: mix ? { audio: mix } : {},
      send: (signal) => say(id, session, signal),
      onTrack: (kind, track) => {
        const air = onAir.get(id);
        if (!air || !isCurrent()) return;
        if (kind === 'video') air.video = track;
        else {
          air.voice?.stop();
          air.voice = play(track);
          sound()?.setGuest(slot, track);
          applyGain(id);
        }
        settle();
      },
      onState: (state) => {
        const air = onAir.get(id);
        if (!air || !isCurrent()) return;
        air.state = state;
        if (state === 'connected') met.add(id);
        const guest = guests.find((each) => each.id === id);
        if (state === 'failed' && guest && !guest.gone) meet(guest);
        settle();
      },
    });
    const sends = { camera: true, microphone: true };
    const nothing = { voice: undefined, video: undefined, shown: undefined };
    onAir.set(id, { slot, page, session, peer, state: 'new', sends, ...nothing });
  };

  const take = (next: readonly GuestView[]) => {
    guests = next;
    const admitted = next.filter((guest) => guest.admitted);
    for (const id of onAir.keys()) if (!admitted.some((guest) => guest.id === id)) release(id);
    for (const guest of admitted.slice(0, GUEST_LIMITS.onAir))
      if (!guest.gone && onAir.get(guest.id)?.page !== guest.page) meet(guest);
    // a place that was kept for nothing is given up without a word
    cancelLook();
    if (next.some(({ gone }) => gone)) cancelLook = ports.after(PLACE_LAPSED_MS, open);
    settle();
  };

  const hear = (message: GuestMessage) => {
    if (message.type === 'guests' && message.streamId === streamId) {
      if (message.iceServers) ({ iceServers } = message);
      take(message.guests);
    }
    if (message.type === 'guest.signal' && message.guestId !== undefined) {
      const air = onAir.get(message.guestId);
      if (air?.session !== message.session) return;
      if ('sends' in message.signal) {
        air.sends = message.signal.sends;
        settle();
      } else air.peer.hear(message.signal);
    }
  };

  const open = () => {
    if (streamId !== undefined) line?.say({ action: 'guests.open', streamId });
  };

  const stop = () => {
    line?.stop();
    line = undefined;
    take([]);
    reachable = true;
    muted.clear();
    gains.clear();
    met.clear();
    address = undefined;
    problem = undefined;
    view = NOBODY;
  };

  const start = () => {
    line = ports.openLine({
      opened: () => {
        open();
        // what was said while nobody heard it is lost
        for (const { peer, state } of onAir.values()) if (state !== 'connected') peer.restart();
      },
      hear,
      refused: (refusal) => {
        if (!TOLD.has(refusal.code)) return;
        problem = refusal;
        settle();
      },
      reached: (is) => {
        if (is === reachable) return;
        reachable = is;
        settle();
      },
    });
  };

  /** What goes wrong is said; what comes late, after the show, is not. */
  const attempt = async (work: (of: string) => Promise<void>) => {
    const of = streamId;
    if (of === undefined) return;
    problem = undefined;
    try {
      await work(of);
    } catch (error) {
      if (of === streamId) problem = error;
    }
    if (of === streamId) settle();
  };

  return {
    view: () => view,
    follow: (next) => {
      if (next === streamId) return;
      if (streamId !== undefined) stop();
      streamId = next;
      if (next !== undefined) start();
      onChange();
    },
    invite: () =>
      attempt(async (of) => {
        const { code } = await ports.invite(of);
        if (of !== streamId) return;
        address = `${origin}/guest#${code}`;
        open();
      }),
    revoke: () =>
      attempt(async (of) => {
        await ports.revoke(of);
        if (of === streamId) address = undefined;
      }),
    admit: (guestId) => {
      problem = undefined;
      if (streamId !== undefined) line?.say({ action: 'guests.admit', streamId, guestId });
    },
    remove: (guestId) => {
      problem = undefined;
      if (streamId !== undefined) line?.say({ action: 'guests.remove', streamId, guestId });
    },
    setMuted: (guestId, on) => {
      if (on) muted.add(guestId);
      else muted.delete(guestId);
      applyGain(guestId);
      settle();
    },
    setGain: (guestId, gain) => {
      gains.set(guestId, gain);
      applyGain(guestId);
      settle();
    },
  };
};
