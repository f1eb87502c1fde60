import type { IceServer } from '#contract/guest-messages';
import { createGuestDevices, type GuestDevices, type GuestDevicesView } from './guest-devices.ts';
import {
  createGuestSession,
  type GuestSession,
  type GuestSessionView,
  type GuestVisitPorts,
  type Place,
} from './guest-session.ts';
import type { Connection } from './peer.ts';

/** A place at a show, and by which name it was asked for. */
export type KeptPlace = Place & { name: string };

export type GuestVisitView = GuestSessionView & {
  devices: GuestDevicesView;
  /** Whether the guest has asked to be let in. */
  asked: boolean;
};

/** One visit by a link: from the preview until it is over. */
export type GuestVisit = {
  subscribe: (listener: () => void) => () => void;
  view: () => GuestVisitView;
  /** Opens the devices, and goes on where this tab was before it was loaded anew. @returns leaves all as it is, for a while */
  begin: () => () => void;
  /** Asks to be let in. @param name undefined for who is signed in */
  ask: (name: string | undefined) => void;
  leave: () => void;
  /** Back to the preview, after it was left. */
  again: () => void;
  devices: Omit<GuestDevices, 'view' | 'close'>;
};

type Parts = {
  ports: GuestVisitPorts;
  code: string;
  media: MediaDevices;
  storage: Storage | undefined;
  /** What outlives a page that is loaded anew. */
  place: { read: () => KeptPlace | undefined; write: (place: KeptPlace | undefined) => void };
  connect: (iceServers: readonly IceServer[]) => Connection;
  /** Lets the guest hear the show until `stop` is called. */
  play: (voice: MediaStreamTrack) => { stop: () => void };
  newPage: () => string;
  /** Keeps the machine awake until the answer is called. */
  keepAwake: () => () => void;
};

const BEFORE: GuestSessionView = { state: { at: 'coming' }, show: undefined };

export const createGuestVisit = ({
  ports,
  code,
  media,
  storage,
  place,
  connect,
  play,
  newPage,
  keepAwake,
}: Parts): GuestVisit => {
  const listeners = new Set<() => void>();
  let session: GuestSession | undefined;
  let said: GuestSessionView = BEFORE;
  let letSleep: (() => void) | undefined;

  const look = (): GuestVisitView => ({ ...said, devices: devices.view(), asked: session !== undefined });

  const changed = () => {
    const { state } = said;
    if (state.at === 'on-air') letSleep ??= keepAwake();
    else {
      letSleep?.();
      letSleep = undefined;
    }
    view = look();
    for (const listener of listeners) listener();
  };

  const devices = createGuestDevices({
    media,
    storage,
    onChange: () => {
      const { tracks, muted, cameraOn } = devices.view();
      session?.setTracks(tracks);
      session?.setSends({ camera: cameraOn, microphone: !muted && tracks.audio !== undefined });
      changed();
    },
  });
  let view = look();

  const ask = (name: string | undefined) => {
    const made = createGuestSession({
      ...ports,
      code,
      name,
      place: {
        read: () => {
          const kept = place.read();
          return kept && { seat: kept.seat, streamId: kept.streamId };
        },
        write: (taken) => place.write(taken && { ...taken, name: name ?? '' }),
      },
      newPage,
      connect,
      play,
      onChange: () => {
        if (session !== made) return;
        said = made.view();
        // nothing of who is not there any more is seen or heard, by themselves neither
        if (said.state.at === 'over' || said.state.at === 'refused') devices.close();
        changed();
      },
    });
    session = made;
    const { tracks, muted, cameraOn } = devices.view();
    made.setTracks(tracks);
    made.setSends({ camera: cameraOn, microphone: !muted && tracks.audio !== undefined });
    said = made.view();
    changed();
  };

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view: () => view,
    begin: () => {
      void devices.open();
      const kept = place.read();
      if (kept) ask(kept.name === '' ? undefined : kept.name);
      return () => {
        session?.stop();
        session = undefined;
        said = BEFORE;
        devices.close();
      };
    },
    ask,
    leave: () => session?.leave(),
    again: () => {
      session = undefined;
      said = { ...said, state: BEFORE.state };
      void devices.open();
    },
    devices,
  };
};
