/** A cluster or fragment of a capture. */
export type Unit = {
  startMs: number;
  /** When its last frame was there. */
  endMs: number;
  /** Decoding can begin with it. */
  key: boolean;
  /** Its bytes, as they would be if they had been captured `byMs` later; with `soundOnly` as if no camera had given a picture. */
  at(byMs: number, soundOnly?: boolean): Buffer;
};

/** A container stream that a browser has sent, taken apart. */
export type Capture = { init: Buffer; units: Unit[] };
