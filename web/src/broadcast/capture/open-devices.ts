import type { FailureReason } from '../failures.ts';
import type { Limits } from '../limits.ts';

/** The picture that a camera is to give; `asItIs` in the shape that the camera has by itself. */
export type CameraLimits = Pick<Limits, 'width' | 'height' | 'frameRate'> & { asItIs?: boolean };
export type Media = Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'>;

export type Opened<Tracks> = { opened: true; tracks: Tracks } | { opened: false; because: FailureReason };

export type Wanted = { cameraId?: string | undefined; microphoneId?: string | undefined };

/** The remembered device where it is still there; the chosen one or none. */
type Which = { ideal: string } | { exact: string } | undefined;

export const pictureConstraints = ({ width, height, frameRate, asItIs }: CameraLimits): MediaTrackConstraints => ({
  width: { ideal: width },
  height: { ideal: height },
  frameRate: { ideal: frameRate },
  // A camera of another shape is cut to ours where the browser can: that costs less than painting bars beside it.
  resizeMode: { ideal: asItIs ? 'none' : 'crop-and-scale' },
});

const cameraConstraints = (deviceId: Which, limits: CameraLimits): MediaTrackConstraints => ({
  ...(deviceId && { deviceId }),
  ...pictureConstraints(limits),
});

/** What the browser does to a microphone's sound before we have it. */
export type Processing = { echoCancellation: boolean; noiseSuppression: boolean; autoGainControl: boolean };

export const USUAL_PROCESSING: Processing = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const microphoneConstraints = (deviceId: Which, processing: Processing): MediaTrackConstraints => ({
  ...(deviceId && { deviceId }),
  ...processing,
});

/** What getUserMedia's errors mean to a person (w3c.github.io/mediacapture-main, §10.3). */
const reasonOf = (error: unknown): FailureReason => {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'devices-denied';
  if (name === 'NotReadableError' || name === 'AbortError') return 'devices-in-use';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'no-devices';
  // A page without https has no `mediaDevices` at all, and the call itself fails.
  return 'unsupported-browser';
};

export type DeviceTracks = {
  camera: MediaStreamTrack | undefined;
  microphone: MediaStreamTrack | undefined;
  /** Why one of the two is missing. */
  missing?: FailureReason | undefined;
};

/**
 * Opens camera and microphone with one question to the person. Where the machine has only one of the two, that one will do:
 * the stream then has a card or silence in the other's place.
 */
export const openDevices = async (
  media: Media,
  wanted: Wanted,
  limits: CameraLimits,
  processing: Processing,
): Promise<Opened<DeviceTracks>> => {
  const video = cameraConstraints(wanted.cameraId === undefined ? undefined : { ideal: wanted.cameraId }, limits);
  const audio = microphoneConstraints(
    wanted.microphoneId === undefined ? undefined : { ideal: wanted.microphoneId },
    processing,
  );
  let because: FailureReason | undefined;
  for (const constraints of [{ video, audio }, { audio }, { video }]) {
    try {
      const stream = await media.getUserMedia(constraints);
      const [camera, microphone] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
      return { opened: true, tracks: { camera, microphone, ...(because && { missing: because }) } };
    } catch (error) {
      because = reasonOf(error);
      // A refusal holds for the parts as well; asking again would only ask the person again.
      if (because === 'devices-denied' || because === 'unsupported-browser') return { opened: false, because };
    }
  }
  return { opened: false, because: because ?? 'no-devices' };
};

const openOne = async (
  open: () => Promise<MediaStream>,
  kind: 'audio' | 'video',
): Promise<Opened<MediaStreamTrack>> => {
  try {
    const stream = await open();
    const track = stream.getTracks().find((candidate) => candidate.kind === kind);
    return track ? { opened: true, tracks: track } : { opened: false, because: 'no-devices' };
  } catch (error) {
    return { opened: false, because: reasonOf(error) };
  }
};

const exactly = (deviceId: string | undefined): Which => (deviceId === undefined ? undefined : { exact: deviceId });

/** One camera in place of another; any where none is named. */
export const openCamera = (media: Media, cameraId: string | undefined, limits: CameraLimits) =>
  openOne(() => media.getUserMedia({ video: cameraConstraints(exactly(cameraId), limits) }), 'video');

/** The way that a camera looks: at the person who holds the phone, or away. */
export type Facing = 'user' | 'environment';

export const openFacing = (media: Media, facing: Facing, limits: CameraLimits) =>
  openOne(
    () => media.getUserMedia({ video: { facingMode: { exact: facing }, ...pictureConstraints(limits) } }),
    'video',
  );

export const openMicrophone = (media: Media, microphoneId: string | undefined, processing: Processing) =>
  openOne(() => media.getUserMedia({ audio: microphoneConstraints(exactly(microphoneId), processing) }), 'audio');

export type ScreenTracks = { screen: MediaStreamTrack; sound: MediaStreamTrack | undefined };

/** The person chooses a screen, window or tab; with its sound where the browser offers that. */
export const openScreen = async (
  media: Media,
  { width, height, frameRate }: CameraLimits,
): Promise<Opened<ScreenTracks>> => {
  try {
    const stream = await media.getDisplayMedia({
      video: { width: { max: width }, height: { max: height }, frameRate: { ideal: frameRate } },
      // Else viewers hear guests twice, as they come and as this page plays them.
      audio: { restrictOwnAudio: true },
    });
    const [screen, sound] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
    return screen ? { opened: true, tracks: { screen, sound } } : { opened: false, because: 'no-devices' };
  } catch (error) {
    return { opened: false, because: reasonOf(error) };
  }
};
