/** What the feed has to know of a container stream. `offset` counts from the stream's first byte. */
export type Found =
  | { type: 'init'; bytes: number }
  /** Decoding can start at `offset`: the first video frame after it is a key frame. */
  | { type: 'boundary'; offset: number };

/** Reads an append-only container as it is written, in pieces of any size. Throws where the bytes are none. */
export type Scanner = { push(bytes: Uint8Array): Found[] };

/**
 * Takes one element of a container: `bytes` from `at` on, which is byte `offset` of the stream. Answers where in `bytes` the
 * next element begins, perhaps beyond them, or undefined where it cannot tell without more bytes.
 */
export type Take = (bytes: Uint8Array, at: number, offset: number, found: Found[]) => number | undefined;

const joined = (head: Uint8Array, tail: Uint8Array): Uint8Array => {
  if (head.byteLength === 0) return tail;
  const whole = new Uint8Array(head.byteLength + tail.byteLength);
  whole.set(head);
  whole.set(tail, head.byteLength);
  return whole;
};

/** A scanner out of what takes one element; keeps the beginning of an element until the rest of it comes. */
export const scanInPieces = (take: Take): Scanner => {
  let rest: Uint8Array = new Uint8Array();
  let restOffset = 0;
  let skipBytes = 0;
  return {
    push: (piece) => {
      const found: Found[] = [];
      const bytes = joined(rest, piece);
      let at = Math.min(skipBytes, bytes.byteLength);
      skipBytes -= at;
      while (at < bytes.byteLength) {
        const next = take(bytes, at, restOffset + at, found);
        if (next === undefined) break;
        skipBytes = Math.max(0, next - bytes.byteLength);
        at = Math.min(next, bytes.byteLength);
      }
      rest = bytes.slice(at);
      restOffset += at;
      return found;
    },
  };
};
