import { listDevices, rememberedDevices, type Devices } from '../capture/devices.ts';
import { openCamera, openDevices, openMicrophone, USUAL_PROCESSING } from '../capture/open-devices.ts';
import type { FailureReason } from '../failures.ts';
import type { Tracks } from './peer.ts';

/** What a guest sends is one part of a picture: more would cost the creator's machine, and not be seen. */
const PICTURE = { width: 640, height: 360, frameRate: 30 } as const;

export type GuestDevicesView = Devices & {
  tracks: Tracks;
  muted: boolean;
  /** Whether there is a picture now. */
  cameraOn: boolean;
  /** Whether the person is still asked for both. */
  opening: boolean;
  problem: FailureReason | undefined;
};

/** A guest's own camera and microphone, with echo cancellation always on. */
export type GuestDevices = {
  view: () => GuestDevicesView;
  /** Asks the person for both, or anew where that has failed. */
  open: () => Promise<void>;
  close: () => void;
  setMuted: (muted: boolean) => void;
  /** Stopped rather than hidden, so that the camera's own light goes out. */
  setCameraOn: (on: boolean) => Promise<void>;
  chooseCamera: (id: string) => Promise<void>;
  chooseMicrophone: (id: string) => Promise<void>;
};

type Parts = { media: MediaDevices; storage: Storage | undefined; onChange: () => void };

const CLOSED: GuestDevicesView = {
  cameras: [],
  microphones: [],
  tracks: {},
  muted: false,
  cameraOn: false,
  opening: false,
  problem: undefined,
};

export const createGuestDevices = ({ media, storage, onChange }: Parts): GuestDevices => {
  let view = CLOSED;
  /** Counts openings, so that an answer to an earlier one is not taken for this one's. */
  let opening = 0;

  const change = (changed: Partial<GuestDevicesView>) => {
    view = { ...view, ...changed };
    onChange();
  };

  const refresh = async () => {
    const mine = opening;
    const devices = await listDevices(media);
    if (mine === opening) change(devices);
  };

  const hold = (kind: keyof Tracks, track: MediaStreamTrack | undefined) => {
    const { [kind]: before, ...others } = view.tracks;
    if (track && kind === 'audio') track.enabled = !view.muted;
    // unplugged, or taken by the system
    track?.addEventListener('ended', () => view.tracks[kind] === track && void lose(kind));
    const tracks: Tracks = track ? { ...others, [kind]: track } : others;
    change({ tracks, cameraOn: tracks.video !== undefined });
    before?.stop();
  };

  const lose = (kind: keyof Tracks) => {
    hold(kind, undefined);
    return refresh();
  };

  /** Takes one device in place of another, as far as it is still wanted when it comes. */
  const take = async (kind: keyof Tracks, open: () => ReturnType<typeof openCamera>) => {
    const mine = opening;
    const answer = await open();
    if (mine !== opening) return answer.opened ? answer.tracks.stop() : undefined;
    if (answer.opened) hold(kind, answer.tracks);
    else change({ problem: answer.because });
  };

  return {
    view: () => view,
    open: async () => {
      const mine = ++opening;
      change({ opening: true, problem: undefined });
      const answer = await openDevices(media, rememberedDevices(storage), PICTURE, USUAL_PROCESSING);
      if (!answer.opened) return mine === opening ? change({ opening: false, problem: answer.because }) : undefined;
      const { camera, microphone } = answer.tracks;
      if (mine !== opening) return [camera, microphone].forEach((track) => track?.stop());
      hold('audio', microphone);
      hold('video', camera);
      change({ opening: false });
      await refresh();
    },
    close: () => {
      opening += 1;
      const { audio, video } = view.tracks;
      view = CLOSED;
      audio?.stop();
      video?.stop();
      onChange();
    },
    setMuted: (muted) => {
      if (view.tracks.audio) view.tracks.audio.enabled = !muted;
      change({ muted });
    },
    setCameraOn: async (on) => {
      if (on) return take('video', () => openCamera(media, undefined, PICTURE));
      hold('video', undefined);
    },
    chooseCamera: (id) => take('video', () => openCamera(media, id, PICTURE)),
    chooseMicrophone: (id) => take('audio', () => openMicrophone(media, id, USUAL_PROCESSING)),
  };
};
