import type { Slot } from '../picture/stage.ts';
import type { CaptureState, CaptureView } from './capture-view.ts';
import { openCamera, openFacing, pictureConstraints, type CameraLimits, type Facing } from './open-devices.ts';

const facingOf = (track: MediaStreamTrack | undefined): Facing | undefined => {
  const facing = track?.getSettings().facingMode;
  return facing === 'user' || facing === 'environment' ? facing : undefined;
};

/** Undefined where a person cannot choose: not every platform blurs, and some do so by their own switch alone. */
const blurOf = (track: MediaStreamTrack | undefined): boolean | undefined => {
  const choices = track?.getCapabilities?.().backgroundBlur ?? [];
  return choices.length > 1 ? track?.getSettings().backgroundBlur : undefined;
};

type Parts = {
  media: MediaDevices;
  state: CaptureState;
  /** What a camera is asked for, before it is known what the show's picture is. */
  limits: CameraLimits;
  onTrack: (slot: Slot, track: MediaStreamTrack | undefined) => void;
};

/** The camera of a capture: there, switched, blurred, lost and found again. */
export const createCameraInput = ({ media, state, limits: first, onTrack }: Parts) => {
  const { view, change, thisOpening } = state;
  let limits = first;
  /** What was chosen since this opening. */
  let wantsBlur: boolean | undefined;

  const set = (track: MediaStreamTrack | undefined, changed: Partial<CaptureView> = {}) => {
    const before = view().camera;
    const cameraId = track?.getSettings().deviceId ?? view().cameraId;
    track?.addEventListener('ended', () => view().camera === track && void replace());
    // the platform has a switch of its own besides
    track?.addEventListener('configurationchange', () => view().camera === track && change({ blur: blurOf(track) }));
    change({ camera: track, cameraId, facing: facingOf(track), blur: blurOf(track), ...changed });
    onTrack('camera', track);
    before?.stop();
    const { blur } = view();
    if (wantsBlur !== undefined && blur !== undefined && blur !== wantsBlur) void constrain();
  };

  /** Tells the camera anew what is wanted of it: what is not said again is taken back. */
  const constrain = async () => {
    const { camera, blur } = view();
    try {
      await camera?.applyConstraints({
        ...pictureConstraints(limits),
        ...(wantsBlur !== undefined && blur !== undefined && { backgroundBlur: { ideal: wantsBlur } }),
      });
    } catch {
      // A camera that cannot: its pictures are cut and scaled when they are painted.
    }
    if (camera && camera === view().camera) change({ blur: blurOf(camera) });
  };

  /** The camera went away by itself: another takes its place, else the card. */
  const replace = async () => {
    set(undefined, { notice: 'camera-lost' });
    await takeAny();
  };

  const takeAny = async () => {
    const isCurrent = thisOpening();
    const answer = await openCamera(media, undefined, limits);
    if (!answer.opened) return;
    if (isCurrent() && !view().camera && view().cameraOn) set(answer.tracks, { notice: undefined });
    else answer.tracks.stop();
  };

  const take = async (open: () => ReturnType<typeof openCamera>) => {
    const isCurrent = thisOpening();
    let answer = await open();
    const before = view().camera;
    if (!answer.opened && before) {
      // Some phones open one camera at a time.
      before.stop();
      answer = await open();
    }
    if (!isCurrent()) return answer.opened ? answer.tracks.stop() : undefined;
    if (answer.opened) set(answer.tracks, { cameraOn: true, notice: undefined });
    else if (view().camera?.readyState === 'ended') set(undefined, { notice: 'camera-unavailable' });
    else change({ notice: 'camera-unavailable' });
  };

  return {
    set,
    takeAny,
    choose: (cameraId: string | undefined) => take(() => openCamera(media, cameraId, limits)),
    /** Takes the one that looks to the other side than this. */
    turn: (facing: Facing) => take(() => openFacing(media, facing === 'user' ? 'environment' : 'user', limits)),
    limits: () => limits,
    /** Another opening, of which nothing has been wanted yet. */
    forget: () => {
      limits = first;
      wantsBlur = undefined;
    },
    fit: (picture: CameraLimits): Promise<void> => {
      limits = picture;
      return constrain();
    },
    setBlur: (on: boolean): Promise<void> => {
      wantsBlur = on;
      return constrain();
    },
  };
};
