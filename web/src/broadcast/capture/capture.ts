import type { FailureReason } from '../failures.ts';
import { shapeOf, type Shape } from '../picture/format.ts';
import type { Size } from '../picture/layout.ts';
import type { Slot } from '../picture/stage.ts';
import { listDevices, rememberDevices, rememberedDevices, type Devices } from './devices.ts';
import {
  openCamera,
  openDevices,
  openFacing,
  openMicrophone,
  openScreen,
  pictureConstraints,
  type CameraLimits,
  USUAL_PROCESSING,
  type Facing,
  type Processing,
} from './open-devices.ts';
import { keepMixing, keptMixing } from './mixing.ts';
import type { Sound, SoundInput } from './sound.ts';

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
  /** Where the camera tells: phones' do. */
  facing: Facing | undefined;
  /** Whether the platform blurs what is behind the person; undefined where that cannot be chosen. */
  blur: boolean | undefined;
  microphoneId: string | undefined;
  hasMicrophone: boolean;
  /** What the person wants; without a camera it has no effect. */
  cameraOn: boolean;
  muted: boolean;
  /** How loud each input goes into the mix, from 0 to 1.5. */
  gains: Record<SoundInput, number>;
  processing: Processing;
  hasSharedSound: boolean;
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
  /** The camera's own shape, once it is open and while it is. */
  shape: () => Shape | undefined;
  /** From now on cameras and screens give a picture of this size where they can, the current camera too. */
  fit: (picture: CameraLimits) => Promise<void>;
  chooseCamera: (cameraId: string) => Promise<void>;
  /** The other side of a phone, or else the next of the cameras. */
  flipCamera: () => Promise<void>;
  /** Has the platform blur what is behind the person, or not; for cameras that come later too. */
  setBlur: (on: boolean) => Promise<void>;
  chooseMicrophone: (microphoneId: string) => Promise<void>;
  setCameraOn: (on: boolean) => Promise<void>;
  setMuted: (muted: boolean) => void;
  setGain: (input: SoundInput, gain: number) => void;
  /** Asks the browser to process the microphone's sound otherwise; it may have to be opened anew. */
  setProcessing: (processing: Processing) => Promise<void>;
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
  /** What a camera is asked for, before it is known what the show's picture is. */
  limits: CameraLimits;
  /** The size of what a track shows, which may be another than its settings say. */
  measure: (track: MediaStreamTrack) => Promise<Size | undefined>;
  createSound: () => Sound;
};

const CLOSED: CaptureView = {
  cameras: [],
  microphones: [],
  cameraId: undefined,
  facing: undefined,
  blur: undefined,
  microphoneId: undefined,
  hasMicrophone: false,
  cameraOn: true,
  muted: false,
  gains: { microphone: 1, shared: 1 },
  processing: USUAL_PROCESSING,
  hasSharedSound: false,
  camera: undefined,
  screen: undefined,
  notice: undefined,
};

const facingOf = (track: MediaStreamTrack | undefined): Facing | undefined => {
  const facing = track?.getSettings().facingMode;
  return facing === 'user' || facing === 'environment' ? facing : undefined;
};

/** Undefined where a person cannot choose: not every platform blurs, and some do so by their own switch alone. */
const blurOf = (track: MediaStreamTrack | undefined): boolean | undefined => {
  const choices = track?.getCapabilities?.().backgroundBlur ?? [];
  return choices.length > 1 ? track?.getSettings().backgroundBlur : undefined;
};

/**
 * Whether what is shared sounds as this page does, too: a tab is another tab, and a window or a whole screen comes with all that the
 * machine plays, unless the browser leaves this page out.
 */
const hasThisPage = (screen: MediaStreamTrack, sound: MediaStreamTrack | undefined): boolean =>
  screen.getSettings().displaySurface !== 'browser' && sound?.getSettings().restrictOwnAudio !== true;

export const createCapture = ({
  media,
  storage,
  limits: first,
  measure,
  createSound,
  onChange,
  onTrack,
}: Parts): Capture => {
  let view = CLOSED;
  let limits = first;
  let shape: Shape | undefined;
  /** What was chosen since this opening. */
  let wantsBlur: boolean | undefined;
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
    // the platform has a switch of its own besides
    track?.addEventListener('configurationchange', () => view.camera === track && change({ blur: blurOf(track) }));
    change({ camera: track, cameraId, facing: facingOf(track), blur: blurOf(track), ...changed });
    onTrack('camera', track);
    before?.stop();
    if (wantsBlur !== undefined && view.blur !== undefined && view.blur !== wantsBlur) void constrain();
  };

  /** Tells the camera anew what is wanted of it: what is not said again is taken back. */
  const constrain = async () => {
    const { camera } = view;
    try {
      await camera?.applyConstraints({
        ...pictureConstraints(limits),
        ...(wantsBlur !== undefined && view.blur !== undefined && { backgroundBlur: { ideal: wantsBlur } }),
      });
    } catch {
      // A camera that cannot: its pictures are cut and scaled when they are painted.
    }
    if (camera && camera === view.camera) change({ blur: blurOf(camera) });
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
    setCamera(undefined, { notice: 'camera-lost' });
    await takeAnyCamera();
  };

  const takeAnyCamera = async () => {
    const mine = opening;
    const answer = await openCamera(media, undefined, limits);
    if (!answer.opened) return;
    if (mine === opening && !view.camera && view.cameraOn) setCamera(answer.tracks, { notice: undefined });
    else answer.tracks.stop();
  };

  const replaceMicrophone = async () => {
    setMicrophone(undefined, { notice: 'microphone-lost' });
    await takeAnyMicrophone();
  };

  const takeAnyMicrophone = async () => {
    const mine = opening;
    const answer = await openMicrophone(media, undefined, view.processing);
    if (!answer.opened) return;
    if (mine === opening && !microphone) setMicrophone(answer.tracks, { notice: undefined });
    else answer.tracks.stop();
  };

  const openChosenCamera = (cameraId: string | undefined) => takeCamera(() => openCamera(media, cameraId, limits));

  const takeCamera = async (open: () => ReturnType<typeof openCamera>) => {
    const mine = opening;
    let answer = await open();
    if (!answer.opened && view.camera) {
      // Some phones open one camera at a time.
      view.camera.stop();
      answer = await open();
    }
    if (mine !== opening) return answer.opened ? answer.tracks.stop() : undefined;
    if (answer.opened) setCamera(answer.tracks, { cameraOn: true, notice: undefined });
    else if (view.camera?.readyState === 'ended') setCamera(undefined, { notice: 'camera-unavailable' });
    else change({ notice: 'camera-unavailable' });
  };

  const unshare = () => {
    const { screen } = view;
    if (!screen) return;
    change({ screen: undefined, hasSharedSound: false });
    onTrack('screen', undefined);
    sound?.setScreen(undefined, false);
    screen.stop();
    screenSound?.stop();
    screenSound = undefined;
  };

  /** What was missing and is plugged in goes out at once: nobody chooses it while they look for what is wrong. */
  const onDevices = async () => {
    const mine = opening;
    await refresh();
    if (mine !== opening) return;
    const { cameras, microphones, camera, cameraOn, notice } = view;
    const lacksCamera = notice === 'camera-lost' || notice === 'no-camera';
    const lacksMicrophone = notice === 'microphone-lost' || notice === 'no-microphone';
    if (lacksCamera && cameraOn && !camera && cameras.length > 0) await takeAnyCamera();
    if (lacksMicrophone && !microphone && microphones.length > 0) await takeAnyMicrophone();
  };
  const hearDevices = () => void onDevices();

  return {
    open: async () => {
      const mine = ++opening;
      const mixing = keptMixing(storage);
      limits = first;
      wantsBlur = undefined;
      const answer = await openDevices(
        media,
        rememberedDevices(storage),
        { ...limits, asItIs: true },
        mixing.processing,
      );
      if (!answer.opened) return answer;
      const { camera, microphone: track, missing } = answer.tracks;
      const size = camera && (await measure(camera));
      if (mine !== opening) {
        camera?.stop();
        track?.stop();
        return { opened: true };
      }
      shape = size && shapeOf(size);
      sound = createSound();
      media.addEventListener('devicechange', hearDevices);
      stopListening = () => media.removeEventListener('devicechange', hearDevices);
      const absent = camera ? (track ? undefined : 'microphone') : 'camera';
      const notice =
        absent && (missing === 'devices-in-use' ? (`${absent}-unavailable` as const) : (`no-${absent}` as const));
      view = { ...CLOSED, ...mixing, notice };
      for (const input of ['microphone', 'shared'] as const) sound.setGain(input, mixing.gains[input]);
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
    shape: () => shape,
    fit: async (picture) => {
      limits = picture;
      await constrain();
    },
    flipCamera: async () => {
      const { cameras, cameraId, facing, cameraOn } = view;
      if (!cameraOn) return;
      if (facing) {
        await takeCamera(() => openFacing(media, facing === 'user' ? 'environment' : 'user', limits));
        return remember();
      }
      const next = cameras[(cameras.findIndex(({ id }) => id === cameraId) + 1) % cameras.length];
      if (!next) return;
      await openChosenCamera(next.id);
      remember();
    },
    chooseCamera: async (cameraId) => {
      change({ cameraId });
      remember();
      if (view.cameraOn) await openChosenCamera(cameraId);
    },
    setBlur: async (on) => {
      wantsBlur = on;
      await constrain();
    },
    chooseMicrophone: async (microphoneId) => {
      const mine = opening;
      const answer = await openMicrophone(media, microphoneId, view.processing);
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
    setGain: (input, gain) => {
      sound?.setGain(input, gain);
      change({ gains: { ...view.gains, [input]: gain } });
      keepMixing(storage, view);
    },
    setProcessing: async (processing) => {
      const mine = opening;
      change({ processing });
      keepMixing(storage, view);
      const before = microphone;
      if (!before) return;
      // A track that is open cannot be processed otherwise in every browser; a new one can.
      const answer = await openMicrophone(media, before.getSettings().deviceId, processing);
      if (mine !== opening || microphone !== before) return answer.opened ? answer.tracks.stop() : undefined;
      if (answer.opened) setMicrophone(answer.tracks);
      else change({ notice: 'microphone-unavailable' });
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
      sound?.setScreen(track, !hasThisPage(screen, track));
      change({ screen, hasSharedSound: track !== undefined });
      onTrack('screen', screen);
    },
    unshare,
  };
};
