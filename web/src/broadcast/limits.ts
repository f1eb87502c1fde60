import { CLIENT_LIMITS } from '#ingest-client/limits';

/** What the broadcast holds itself to; units in the names. */
export const LIMITS = {
  /** The picture is always of this size and rate, whatever the camera gives: a change in mid-stream breaks what copies it. */
  width: 1280,
  height: 720,
  frameRate: 30,
  keyFrameIntervalMs: 2_000,
  videoKbps: 2_500,
  /** What a thin uplink may bring it down to. */
  leastVideoKbps: 400,
  audioKbps: 128,
  /** What a MediaRecorder hands over at a time. */
  timesliceMs: 250,
  /** Pictures that may wait for the encoder; one more is dropped. */
  encoderQueueFrames: 8,
  ...CLIENT_LIMITS,
} as const;

export type Limits = Record<keyof typeof LIMITS, number>;
