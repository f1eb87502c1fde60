import { GUEST_LIMITS, type GuestMessage, type GuestView, type IceServer } from '#contract/guest-messages';
import type { GuestSlot } from '../picture/stage.ts';
import type { GuestPorts } from '../ports.ts';
import { createGuestConnections, type ConnectionParts, type GuestOnAir } from './guest-connections.ts';
import type { Line, Refused } from './line.ts';

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

type Parts = Pick<ConnectionParts, 'sound' | 'connect' | 'play' | 'newSession'> &
  StudioGuestsListener & {
    ports: GuestPorts;
    /** The page's own origin, where a link leads. */
    origin: string;
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
  const { ports, origin, onChange, onNames } = parts;
  let streamId: string | undefined;
  let line: Line | undefined;
  let reachable = true;
  let guests: readonly GuestView[] = [];
  let iceServers: readonly IceServer[] = [];
  let address: string | undefined;
  let problem: unknown;
  let names = '{}';
  let cancelLook = () => {};

  const connections = createGuestConnections({
    ...parts,
    say: (guestId, session, signal) => {
      if (streamId !== undefined) line?.say({ action: 'guest.signal', streamId, guestId, session, signal });
    },
    onChange: () => settle(),
    onFailed: (guestId) => {
      const guest = guests.find(({ id }) => id === guestId);
      if (guest && !guest.gone) connections.meet(guest, iceServers);
    },
  });

  const look = (): GuestsView => ({
    waiting: guests.filter(({ admitted }) => !admitted),
    onAir: guests.flatMap((guest) => connections.view(guest) ?? []),
    link: address,
    reachable,
    problem,
  });
  let view = NOBODY;

  /** Tells of what is to be seen now, and of nothing else. */
  const settle = () => {
    const now: Partial<Record<GuestSlot, string>> = {};
    for (const guest of guests) {
      const slot = connections.show(guest);
      if (slot) now[slot] = guest.name;
    }
    if (JSON.stringify(now) !== names) {
      names = JSON.stringify(now);
      onNames(now);
    }
    view = look();
    onChange();
  };

  const take = (next: readonly GuestView[]) => {
    guests = next;
    const admitted = next.filter((guest) => guest.admitted);
    for (const id of connections.ids()) if (!admitted.some((guest) => guest.id === id)) connections.release(id);
    for (const guest of admitted.slice(0, GUEST_LIMITS.onAir))
      if (!guest.gone && connections.pageOf(guest.id) !== guest.page) connections.meet(guest, iceServers);
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
    if (message.type === 'guest.signal' && message.guestId !== undefined)
      connections.hear(message.guestId, message.session, message.signal);
  };

  const open = () => {
    if (streamId !== undefined) line?.say({ action: 'guests.open', streamId });
  };

  const stop = () => {
    line?.stop();
    line = undefined;
    take([]);
    reachable = true;
    connections.forget();
    address = undefined;
    problem = undefined;
    view = NOBODY;
  };

  const start = () => {
    line = ports.openLine({
      opened: () => {
        open();
        connections.restart();
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
    setMuted: connections.setMuted,
    setGain: connections.setGain,
  };
};
