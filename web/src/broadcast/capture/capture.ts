import type { FailureReason } from '../failures.ts';
import type { Limits } from '../limits.ts';
import type { Slot } from '../picture/mixer.ts';
import { listDevices, rememberDevices, rememberedDevices, type Devices } from './devices.ts';
import { openCamera, openDevices, openMicrophone, openScreen } from './open-devices.ts';
import type { Sound } from './sound.ts';

/** What a person should know of their devices while nothing has failed: the closed set. */
export type Notice =
  | 'no-camera'
  | 'no-microphone'
  | 'camera-lost'
  | 'microphone-lost'
  | 'camera-unavailable'
  | 'microphone-unavailable'
  | 'screen-unavailable';

export type CaptureView = Devices & {
  cameraId: string | undefined;
  microphoneId: string | undefined;
  hasMicrophone: boolean;
  /** What the person wants; without a camera it has no effect. */
  cameraOn: boolean;
  muted: boolean;
  /** For the page's own preview. */
  camera: MediaStreamTrack | undefined;
  screen: MediaStreamTrack | undefined;
  notice: Notice | undefined;
};

/** Camera, microphone and screen: opens, switches and loses them; the sound graph's inputs follow. */
export type Capture = {
  open: () => Promise<{ opened: true } | { opened: false; because: FailureReason }>;
  close: () => void;
  view: () => CaptureView;
  /** There once `open` has succeeded. */
  sound: () => Sound | undefined;
  chooseCamera: (cameraId: string) => Promise<void>;
  chooseMicrophone: (microphoneId: string) => Promise<void>;
  setCameraOn: (on: boolean) => Promise<void>;
  setMuted: (muted: boolean) => void;
  share: () => Promise<void>;
  unshare: () => void;
};

export type CaptureListener = {
  /** Something in the view has changed. */
  onChange: () => void;
  /** A slot has another track, or none. */
  onTrack: (slot: Slot, track: MediaStreamTrack | undefined) => void;
};

type Parts = CaptureListener & {
  media: MediaDevices;
  storage: Storage | undefined;
  limits: Limits;
  createSound: () => Sound;
};

const CLOSED: CaptureView = {
  cameras: [],
  microphones: [],
  cameraId: undefined,
  microphoneId: undefined,
  hasMicrophone: false,
  cameraOn: true,
  muted: false,
  camera: undefined,
  screen: undefined,
  notice: undefined,
};

export const createCapture = ({ media, storage, limits, createSound, onChange, onTrack }: Parts): Capture => {
  let view = CLOSED;
  let sound: Sound | undefined;
  let microphone: MediaStreamTrack | undefined;
  let screenSound: MediaStreamTrack | undefined;
  /** Counts openings, so that an answer to an earlier one is not taken for this one's. */
  let opening = 0;
  let stopListening = () => {};

  const change = (changed: Partial<CaptureView>) => {
    view = { ...view, ...changed };
    onChange();
  };

  const refresh = async () => {
    const mine = opening;
    const devices = await listDevices(media);
    if (mine === opening) change(devices);
  };

  const remember = () => {
    const { cameraId, microphoneId } = view;
    rememberDevices(storage, {
      ...(cameraId === undefined ? {} : { cameraId }),
      ...(microphoneId === undefined ? {} : { microphoneId }),
    });
  };

  const setCamera = (track: MediaStreamTrack | undefined, changed: Partial<CaptureView> = {}) => {
    const before = view.camera;
    const cameraId = track?.getSettings().deviceId ?? view.cameraId;
    track?.addEventListener('ended', () => view.camera === track && void replaceCamera());
    change({ camera: track, cameraId, ...changed });
    onTrack('camera', track);
    before?.stop();
  };

  const setMicrophone = (track: MediaStreamTrack | undefined, changed: Partial<CaptureView> = {}) => {
    const before = microphone;
    microphone = track;
    sound?.setMicrophone(track);
    track?.addEventListener('ended', () => microphone === track && void replaceMicrophone());
    const microphoneId = track?.getSettings().deviceId ?? view.microphoneId;
    change({ hasMicrophone: track !== undefined, microphoneId, ...changed });
    before?.stop();
  };

  /** The camera went away by itself: another takes its place, else the card. */
  const replaceCamera = async () => {
    const mine = opening;
    setCamera(undefined, { notice: 'camera-lost' });
    const answer = await openCamera(media, undefined, limits);
    if (!answer.opened) return;
    if (mine === opening && !view.camera && view.cameraOn) setCamera(answer.tracks, { notice: undefined });
    else answer.tracks.stop();
  };

  const replaceMicrophone = async () => {
    const mine = opening;
    setMicrophone(undefined, { notice: 'microphone-lost' });
    const answer = await openMicrophone(media, undefined);
    if (!answer.opened) return;
    if (mine === opening && !microphone) setMicrophone(answer.tracks, { notice: undefined });
    else answer.tracks.stop();
  };

  const openChosenCamera = async (cameraId: string | undefined) => {
    const mine = opening;
    let answer = await openCamera(media, cameraId, limits);
    if (!answer.opened && view.camera) {
      // Some phones open one camera at a time.
      view.camera.stop();
      answer = await openCamera(media, cameraId, limits);
    }
    if (mine !== opening) return answer.opened ? answer.tracks.stop() : undefined;
    if (answer.opened) setCamera(answer.tracks, { cameraOn: true, notice: undefined });
    else if (view.camera?.readyState === 'ended') setCamera(undefined, { notice: 'camera-unavailable' });
    else change({ notice: 'camera-unavailable' });
  };

  const unshare = () => {
    const { screen } = view;
    if (!screen) return;
    change({ screen: undefined });
    onTrack('screen', undefined);
    sound?.setScreen(undefined);
    screen.stop();
    screenSound?.stop();
    screenSound = undefined;
  };

  const onDevices = () => void refresh();

  return {
    open: async () => {
      const mine = ++opening;
      const answer = await openDevices(media, rememberedDevices(storage), limits);
      if (!answer.opened) return answer;
      const { camera, microphone: track } = answer.tracks;
      if (mine !== opening) {
        camera?.stop();
        track?.stop();
        return { opened: true };
      }
      sound = createSound();
      media.addEventListener('devicechange', onDevices);
      stopListening = () => media.removeEventListener('devicechange', onDevices);
      view = { ...CLOSED, notice: camera ? (track ? undefined : 'no-microphone') : 'no-camera' };
      setMicrophone(track);
      setCamera(camera);
      await refresh();
      return { opened: true };
    },
    close: () => {
      opening += 1;
      stopListening();
      unshare();
      view.camera?.stop();
      microphone?.stop();
      microphone = undefined;
      sound?.close();
      sound = undefined;
      view = CLOSED;
      onChange();
    },
    view: () => view,
    sound: () => sound,
    chooseCamera: async (cameraId) => {
      change({ cameraId });
      remember();
      if (view.cameraOn) await openChosenCamera(cameraId);
    },
    chooseMicrophone: async (microphoneId) => {
      const mine = opening;
      const answer = await openMicrophone(media, microphoneId);
      if (mine !== opening) return answer.opened ? answer.tracks.stop() : undefined;
      if (!answer.opened) return change({ notice: 'microphone-unavailable' });
      setMicrophone(answer.tracks, { microphoneId, notice: undefined });
      remember();
    },
    setCameraOn: async (on) => {
      if (on) return openChosenCamera(view.cameraId);
      // Stopped rather than hidden, so that the camera's own light goes out.
      setCamera(undefined, { cameraOn: false });
    },
    setMuted: (muted) => {
      sound?.setMuted(muted);
      change({ muted });
    },
    share: async () => {
      const mine = opening;
      const answer = await openScreen(media, limits);
      // Pressing Cancel in the browser's own picker is an answer, not a problem.
      if (!answer.opened)
        return answer.because === 'devices-denied' ? undefined : change({ notice: 'screen-unavailable' });
      const { screen, sound: track } = answer.tracks;
      if (mine !== opening || view.screen) {
        screen.stop();
        track?.stop();
        return;
      }
      screen.contentHint = 'detail';
      screen.addEventListener('ended', () => view.screen === screen && unshare());
      screenSound = track;
      sound?.setScreen(track);
      change({ screen });
      onTrack('screen', screen);
    },
    unshare,
  };
};
