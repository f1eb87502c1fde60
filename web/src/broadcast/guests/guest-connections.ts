import type { GuestSignal, GuestView, IceServer } from '#contract/guest-messages';
import type { Sound } from '../capture/sound.ts';
import { GUEST_SLOTS, type GuestSlot } from '../picture/stage.ts';
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

export type ConnectionParts = {
  sound: () => Pick<Sound, 'setGuest' | 'setGuestGain' | 'guestMix'> | undefined;
  connect: (iceServers: readonly IceServer[]) => Connection;
  /** Lets the creator hear a voice until the answer is called; Chromium mixes none that nobody plays. */
  play: (voice: MediaStreamTrack) => { setMuted: (muted: boolean) => void; stop: () => void };
  newSession: () => string;
  say: (guestId: string, session: string, signal: GuestSignal) => void;
  /** A guest's picture has come, or has gone. */
  onPicture: (slot: GuestSlot, track: MediaStreamTrack | undefined) => void;
  onChange: () => void;
  /** The two browsers will not find each other by this connection any more. */
  onFailed: (guestId: string) => void;
};

type OnAir = {
  slot: GuestSlot;
  page: string;
  session: string;
  peer: Peer;
  state: RTCPeerConnectionState;
  sends: { camera: boolean; microphone: boolean };
  voice: ReturnType<ConnectionParts['play']> | undefined;
  video: MediaStreamTrack | undefined;
  shown: MediaStreamTrack | undefined;
};

/** The guests who are on the air: each has a connection, a place in the picture, and one in the mix. */
export const createGuestConnections = (parts: ConnectionParts) => {
  const { sound, connect, play, newSession, say, onPicture, onChange, onFailed } = parts;
  const onAir = new Map<string, OnAir>();
  const muted = new Set<string>();
  const gains = new Map<string, number>();
  /** Who has been connected before. */
  const met = new Set<string>();

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

  const take = (id: string, air: OnAir, kind: 'audio' | 'video', track: MediaStreamTrack) => {
    if (kind === 'video') air.video = track;
    else {
      air.voice?.stop();
      air.voice = play(track);
      sound()?.setGuest(air.slot, track);
      applyGain(id);
    }
    onChange();
  };

  return {
    ids: () => [...onAir.keys()],
    pageOf: (guestId: string): string | undefined => onAir.get(guestId)?.page,
    release,

    /** A connection to this page of the guest's, in place of any before it. */
    meet: ({ id, page }: GuestView, iceServers: readonly IceServer[]) => {
      const slot =
        onAir.get(id)?.slot ?? GUEST_SLOTS.find((each) => ![...onAir.values()].some((air) => air.slot === each));
      if (!slot) return;
      release(id);
      const session = newSession();
      const current = () => {
        const air = onAir.get(id);
        return air?.session === session ? air : undefined;
      };
      const mix = sound()?.guestMix(slot);
      const peer = createPeer({
        connection: connect(iceServers),
        polite: false,
        tracks: mix ? { audio: mix } : {},
        send: (signal) => say(id, session, signal),
        onTrack: (kind, track) => {
          const air = current();
          if (air) take(id, air, kind, track);
        },
        onState: (state) => {
          const air = current();
          if (!air) return;
          air.state = state;
          if (state === 'connected') met.add(id);
          if (state === 'failed') onFailed(id);
          onChange();
        },
      });
      const sends = { camera: true, microphone: true };
      const nothing = { voice: undefined, video: undefined, shown: undefined };
      onAir.set(id, { slot, page, session, peer, state: 'new', sends, ...nothing });
    },

    /** What a guest says by the connection that there is now. */
    hear: (guestId: string, session: string, signal: GuestSignal) => {
      const air = onAir.get(guestId);
      if (air?.session !== session) return;
      if ('sends' in signal) {
        air.sends = signal.sends;
        onChange();
      } else air.peer.hear(signal);
    },

    /** What was said while nobody heard it is lost. */
    restart: () => {
      for (const { peer, state } of onAir.values()) if (state !== 'connected') peer.restart();
    },

    /** Shows the guest's picture, or that there is none now; answers where. */
    show: ({ id, gone }: GuestView): GuestSlot | undefined => {
      const air = onAir.get(id);
      if (!air) return undefined;
      const picture = !gone && air.state === 'connected' && air.sends.camera ? air.video : undefined;
      if (picture !== air.shown) {
        air.shown = picture;
        onPicture(air.slot, picture);
      }
      return air.slot;
    },

    view: (guest: GuestView): GuestOnAir | undefined => {
      const air = onAir.get(guest.id);
      return (
        air && {
          ...guest,
          slot: air.slot,
          connection: air.state === 'connected' ? 'connected' : met.has(guest.id) ? 'lost' : 'connecting',
          speaks: air.sends.microphone,
          muted: muted.has(guest.id),
          gain: gains.get(guest.id) ?? 1,
          picture: air.shown,
        }
      );
    },

    setMuted: (guestId: string, on: boolean) => {
      if (on) muted.add(guestId);
      else muted.delete(guestId);
      applyGain(guestId);
      onChange();
    },
    setGain: (guestId: string, gain: number) => {
      gains.set(guestId, gain);
      applyGain(guestId);
      onChange();
    },
    /** Of the show that is over nothing is kept. */
    forget: () => {
      muted.clear();
      gains.clear();
      met.clear();
    },
  };
};
