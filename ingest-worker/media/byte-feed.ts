/**
 * Bytes that come cut anywhere, taken element by element. What is skipped is never held; what must be seen whole is joined
 * once, when all of it is there, so that a peer who sends byte by byte costs no more than one who does not.
 */
export type ByteFeed = {
  /** Calls `take` while it can go on. It gets the held bytes, and says how many it is done with or how many it needs. */
  push(bytes: Buffer, take: (held: Buffer) => Taken): void;
  /** Number of the first byte that `take` is shown. */
  readonly at: number;
  /** Forgets what is held and being skipped: the next byte is number `at`. */
  jump(at: number): void;
};

export type Taken = { took: number; thenSkip?: number } | { needs: number };

/** Pieces that are waiting are joined until they are so large: a byte held costs about a byte, however few come at a time. */
const PIECE_BYTES = 16 * 1024;

/** As a counter of binary digits carries: each byte is copied once for each time that the size of its piece is doubled. */
const joinSmall = (pieces: Buffer[]): void => {
  for (;;) {
    const [before, last] = [pieces.at(-2), pieces.at(-1)];
    if (!before || !last || before.byteLength > last.byteLength || before.byteLength >= PIECE_BYTES) return;
    pieces.length -= 2;
    pieces.push(Buffer.concat([before, last]));
  }
};

export const createByteFeed = (): ByteFeed => {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let needs = 1;
  let skipping = 0;
  let at = 0;

  const skip = (bytes: Buffer): Buffer => {
    if (skipping === 0) return bytes;
    const count = Math.min(skipping, bytes.byteLength);
    skipping -= count;
    at += count;
    return bytes.subarray(count);
  };

  return {
    get at() {
      return at;
    },
    jump: (to) => {
      pieces = [];
      heldBytes = 0;
      needs = 1;
      skipping = 0;
      at = to;
    },
    push: (bytes, take) => {
      const rest = skip(bytes);
      if (rest.byteLength === 0) return;
      pieces.push(rest);
      heldBytes += rest.byteLength;
      if (heldBytes < needs) return joinSmall(pieces);
      let held = pieces.length === 1 ? rest : Buffer.concat(pieces);
      needs = 1;
      while (held.byteLength > 0) {
        const taken = take(held);
        if ('needs' in taken) {
          needs = taken.needs;
          break;
        }
        const { took, thenSkip = 0 } = taken;
        const done = Math.min(held.byteLength, took + thenSkip);
        at += done;
        skipping = took + thenSkip - done;
        held = held.subarray(done);
      }
      pieces = held.byteLength > 0 ? [held] : [];
      heldBytes = held.byteLength;
    },
  };
};
