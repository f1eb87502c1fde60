import type { FailureReason } from '../failures.ts';
import { shapeOf, type Shape } from '../picture/format.ts';
import type { Size } from '../picture/layout.ts';
import type { Slot } from '../picture/stage.ts';
import { createCameraInput } from './camera-input.ts';
import { CLOSED, type CaptureState, type CaptureView, type Notice } from './capture-view.ts';
import { listDevices, rememberDevices, rememberedDevices } from './devices.ts';
import { keepMixing, keptMixing } from './mixing.ts';
import { createMicrophoneInput } from './microphone-input.ts';
import { openDevices, type CameraLimits, type DeviceTracks, type Processing } from './open-devices.ts';
import { createScreenInput } from './screen-input.ts';
import type { Sound, SoundInput } from './sound.ts';

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

/** What a person is told of a device that could not be opened with the other. */
const noticeOf = ({ camera, microphone, missing }: DeviceTracks): Notice | undefined => {
  const absent = camera ? (microphone ? undefined : 'microphone') : 'camera';
  return absent && (missing === 'devices-in-use' ? (`${absent}-unavailable` as const) : (`no-${absent}` as const));
};

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
  let shape: Shape | undefined;
  let sound: Sound | undefined;
  /** Counts openings. */
  let opening = 0;
  let stopListening = () => {};

  const change = (changed: Partial<CaptureView>) => {
    view = { ...view, ...changed };
    onChange();
  };
  const thisOpening = () => {
    const mine = opening;
    return () => mine === opening;
  };
  const state: CaptureState = { view: () => view, change, thisOpening };
  const camera = createCameraInput({ media, state, limits: first, onTrack });
  const microphone = createMicrophoneInput({ media, state, sound: () => sound });
  const screen = createScreenInput({ media, state, limits: camera.limits, sound: () => sound, onTrack });

  const refresh = async () => {
    const isCurrent = thisOpening();
    const devices = await listDevices(media);
    if (isCurrent()) change(devices);
  };

  const remember = () => {
    const { cameraId, microphoneId } = view;
    rememberDevices(storage, {
      ...(cameraId === undefined ? {} : { cameraId }),
      ...(microphoneId === undefined ? {} : { microphoneId }),
    });
  };

  /** What was missing and is plugged in goes out at once: nobody chooses it while they look for what is wrong. */
  const onDevices = async () => {
    const isCurrent = thisOpening();
    await refresh();
    if (!isCurrent()) return;
    const { cameras, microphones, camera: current, cameraOn, notice } = view;
    const lacksCamera = notice === 'camera-lost' || notice === 'no-camera';
    const lacksMicrophone = notice === 'microphone-lost' || notice === 'no-microphone';
    if (lacksCamera && cameraOn && !current && cameras.length > 0) await camera.takeAny();
    if (lacksMicrophone && !microphone.isThere() && microphones.length > 0) await microphone.takeAny();
  };
  const hearDevices = () => void onDevices();

  return {
    open: async () => {
      opening += 1;
      const isCurrent = thisOpening();
      const mixing = keptMixing(storage);
      camera.forget();
      const answer = await openDevices(
        media,
        rememberedDevices(storage),
        { ...first, asItIs: true },
        mixing.processing,
      );
      if (!answer.opened) return answer;
      const { tracks } = answer;
      const size = tracks.camera && (await measure(tracks.camera));
      if (!isCurrent()) {
        tracks.camera?.stop();
        tracks.microphone?.stop();
        return { opened: true };
      }
      shape = size && shapeOf(size);
      sound = createSound();
      media.addEventListener('devicechange', hearDevices);
      stopListening = () => media.removeEventListener('devicechange', hearDevices);
      view = { ...CLOSED, ...mixing, notice: noticeOf(tracks) };
      for (const input of ['microphone', 'shared'] as const) sound.setGain(input, mixing.gains[input]);
      microphone.set(tracks.microphone);
      camera.set(tracks.camera);
      await refresh();
      return { opened: true };
    },
    close: () => {
      opening += 1;
      stopListening();
      screen.unshare();
      view.camera?.stop();
      microphone.close();
      sound?.close();
      sound = undefined;
      view = CLOSED;
      onChange();
    },
    view: () => view,
    sound: () => sound,
    shape: () => shape,
    fit: camera.fit,
    flipCamera: async () => {
      const { cameras, cameraId, facing, cameraOn } = view;
      if (!cameraOn) return;
      const next = cameras[(cameras.findIndex(({ id }) => id === cameraId) + 1) % cameras.length];
      if (facing) await camera.turn(facing);
      else if (next) await camera.choose(next.id);
      else return;
      remember();
    },
    chooseCamera: async (cameraId) => {
      change({ cameraId });
      remember();
      if (view.cameraOn) await camera.choose(cameraId);
    },
    setBlur: camera.setBlur,
    chooseMicrophone: async (microphoneId) => {
      if (await microphone.choose(microphoneId)) remember();
    },
    setCameraOn: async (on) => {
      if (on) return camera.choose(view.cameraId);
      // Stopped rather than hidden, so that the camera's own light goes out.
      camera.set(undefined, { cameraOn: false });
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
      change({ processing });
      keepMixing(storage, view);
      await microphone.process(processing);
    },
    share: screen.share,
    unshare: screen.unshare,
  };
};
