import type { Devices } from './devices.ts';
import { USUAL_PROCESSING, type Facing, type Processing } from './open-devices.ts';
import type { SoundInput } from './sound.ts';

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

export const CLOSED: CaptureView = {
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

/** What the inputs of one capture share: what is to be seen of them, and which opening this is. */
export type CaptureState = {
  view: () => CaptureView;
  change: (changed: Partial<CaptureView>) => void;
  /** Whether, when the answer is called, this is still the same opening: what comes for an earlier one is not taken for this one's. */
  thisOpening: () => () => boolean;
};
