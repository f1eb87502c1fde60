/** What a short trial has shown of one way of encoding. */
export type Pace = {
  /** Pictures that the encoder makes in a second when it makes as many as it can; 0 where it makes none. */
  picturesASecond: number;
};

/** An encoder shares the machine with the camera, the painter and the page: it must be able to do more than it has to. */
const SPARE = 1.3;

export const keepsUp = ({ picturesASecond }: Pace, frameRate: number): boolean => picturesASecond >= frameRate * SPARE;

/** The uplink is to hold the video and the sound, and what comes beside them. */
const UPLINK_SPARE = 1.25;

export const fitsUplink = (videoKbps: number, audioKbps: number, uplinkKbps: number | undefined): boolean =>
  uplinkKbps === undefined || uplinkKbps >= (videoKbps + audioKbps) * UPLINK_SPARE;
