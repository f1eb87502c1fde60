/** A piece of the container stream as it goes into one media frame. */
export type Piece = { offset: number; init: boolean; payload: Uint8Array };

/** The bytes that the worker may still need: init for ever, and the media from the last committed key frame on. */
export type Ring = {
  append: (bytes: Uint8Array, atMs: number) => void;
  /** The stream's first `bytes` bytes are its init. Nothing is read out before this is known. */
  setInit: (bytes: number) => void;
  /** Decoding can start at `offset`, which counts the bytes that were appended. */
  mark: (offset: number) => void;
  read: (offset: number, maxBytes: number) => Piece | undefined;
  free: (below: number) => void;
  /**
   * Drops the oldest whole groups of pictures where the ring holds more bytes than it may. Where the newest group alone is too
   * large, all of it goes and nothing is read until the next one begins: the worker must find a cluster or fragment there.
   */
  trim: () => void;
  /** Numbers what is held anew, as a stream of its own: init, then the oldest media. */
  renumber: () => void;
  /** When the byte at `offset` was appended, in milliseconds; the newest byte's time beyond the end. */
  appendedAtMs: (offset: number) => number;
  readonly initBytes: number;
  /** Oldest media byte that can be read, and one past the newest; the same while the next group is awaited. */
  readonly from: number;
  readonly to: number;
  /** The newest group was dropped: nothing can be read until the next one begins. */
  readonly awaitsGroup: boolean;
  readonly heldBytes: number;
  readonly heldMs: number;
  /** Undefined before init is known, and while the next group is awaited: there is nothing to go on with. */
  readonly record: RingRecord | undefined;
};

/**
 * Where the ring keeps what is too much for memory. A position is a byte's number since the first that was appended; what lies
 * `maxBytes` of the ring below the newest may be written over.
 */
export type Disk = {
  /** False where it can take no more: the ring then lives in memory alone. */
  write: (position: number, bytes: Uint8Array) => boolean;
  read: (position: number, bytes: number) => Uint8Array;
};

/** A ring as it is written down, so that another page can go on with it. */
export type RingRecord = {
  init: Uint8Array;
  from: number;
  end: number;
  /** What numbering anew has taken away: the byte at `offset` lies at position `offset + renumberedBy`. */
  renumberedBy: number;
  marks: readonly number[];
  fromAtMs: number;
  endAtMs: number;
};

/** Without bytes where they are on disk alone. */
type Chunk = { offset: number; length: number; bytes: Uint8Array | undefined; atMs: number };
type Mark = { offset: number };

type Bounds = {
  maxBytes: number;
  /** How many of them stay in memory where there is a disk, and how many there are at most where it fails. */
  memoryBytes?: number;
  disk?: Disk | undefined;
  /** What another page has written down of a ring on the same disk: this one goes on with it. */
  restored?: RingRecord | undefined;
};

/** A restored ring takes its bytes from disk in pieces of this size. */
const RESTORED_BYTES = 64 * 1024;
/** What was dropped up to where the next group begins, which has not come yet. */
type Gap = { from: number; atMs: number };

/** Last entry at or before `offset`, in a list sorted by offset. */
const lastAtOrBefore = (entries: { offset: number }[], offset: number): number => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.offset ?? Infinity) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

const restoredChunks = ({ from, end, fromAtMs, endAtMs }: RingRecord): Chunk[] =>
  Array.from({ length: Math.ceil((end - from) / RESTORED_BYTES) }, (_, index) => {
    const at = index * RESTORED_BYTES;
    const atMs = fromAtMs + (at / (end - from)) * (endAtMs - fromAtMs);
    return { offset: from + at, length: Math.min(RESTORED_BYTES, end - from - at), bytes: undefined, atMs };
  });

export const createRing = ({ maxBytes: mostBytes, memoryBytes = mostBytes, disk: given, restored }: Bounds): Ring => {
  let disk = given;
  let maxBytes = mostBytes;
  let chunks: Chunk[] = restored ? restoredChunks(restored) : [];
  /** Chunks before this one are on disk alone; bytes of the others. */
  let spilled = chunks.length;
  let inMemoryBytes = 0;
  let marks: Mark[] = restored?.marks.map((offset) => ({ offset })) ?? [];
  let init = restored?.init;
  let from = restored?.from ?? 0;
  let end = restored?.end ?? 0;
  let endAtMs = restored?.endAtMs ?? 0;
  let gap: Gap | undefined;
  let renumberedBy = restored?.renumberedBy ?? 0;

  const heldBytes = () => end - (chunks[0]?.offset ?? end);
  const heldMs = () => endAtMs - (chunks[0]?.atMs ?? endAtMs);

  const dropBelow = (offset: number) => {
    const first = Math.max(0, lastAtOrBefore(chunks, offset));
    for (const { bytes } of chunks.slice(spilled, first)) inMemoryBytes -= bytes?.byteLength ?? 0;
    chunks = chunks.slice(first);
    spilled = Math.max(0, spilled - first);
    const head = chunks[0];
    if (head && head.offset < offset) {
      const cut = Math.min(offset - head.offset, head.length);
      if (head.bytes) inMemoryBytes -= cut;
      if (cut === head.length) {
        chunks.shift();
        spilled = Math.max(0, spilled - 1);
      } else chunks[0] = { ...head, offset, length: head.length - cut, bytes: head.bytes?.subarray(cut) };
    }
    marks = marks.filter((mark) => mark.offset >= offset);
  };

  const bytesOf = ({ offset, length, bytes }: Chunk): Uint8Array =>
    bytes ?? given?.read(offset + renumberedBy, length) ?? new Uint8Array(length);

  /** Brings to disk what comes, and lets the oldest of it go from memory. */
  const spill = (offset: number, bytes: Uint8Array) => {
    if (disk && !disk.write(offset + renumberedBy, bytes)) {
      disk = undefined;
      maxBytes = Math.min(maxBytes, memoryBytes);
    }
    if (!disk) return;
    while (inMemoryBytes > memoryBytes) {
      const chunk = chunks[spilled];
      if (!chunk) return;
      inMemoryBytes -= chunk.length;
      chunks[spilled] = { ...chunk, bytes: undefined };
      spilled += 1;
    }
  };

  const moveTo = (offset: number) => {
    dropBelow(offset);
    from = offset;
  };

  return {
    append: (bytes, atMs) => {
      if (bytes.byteLength === 0) return;
      chunks.push({ offset: end, length: bytes.byteLength, bytes, atMs });
      inMemoryBytes += bytes.byteLength;
      spill(end, bytes);
      end += bytes.byteLength;
      endAtMs = atMs;
    },

    setInit: (length) => {
      init = new Uint8Array(length);
      for (const chunk of chunks)
        if (chunk.offset < length) init.set(bytesOf(chunk).subarray(0, length - chunk.offset), chunk.offset);
      moveTo(length);
    },

    mark: (offset) => {
      const held = chunks[0]?.offset ?? end;
      if (offset - renumberedBy >= held) marks.push({ offset: offset - renumberedBy });
    },

    read: (offset, maxBytes) => {
      if (!init) return undefined;
      if (offset < init.byteLength) return { offset, init: true, payload: init.subarray(offset, offset + maxBytes) };
      if (gap || offset < from || offset >= end) return undefined;
      const chunk = chunks[lastAtOrBefore(chunks, offset)];
      const markIndex = lastAtOrBefore(marks, offset);
      if (!chunk) return undefined;
      const nextMark = marks[markIndex + 1]?.offset ?? Infinity;
      const last = Math.min(chunk.offset + chunk.length, offset + maxBytes, nextMark);
      return {
        offset,
        init: false,
        payload: bytesOf({
          ...chunk,
          offset,
          length: last - offset,
          bytes: chunk.bytes?.subarray(offset - chunk.offset, last - chunk.offset),
        }),
      };
    },

    free: (below) => {
      if (init && !gap && below > from) moveTo(Math.min(below, end));
    },

    trim: () => {
      if (!init) return;
      for (;;) {
        if (gap) {
          const [next] = marks;
          if (!next) return dropBelow(end);
          gap = undefined;
          moveTo(next.offset);
        }
        if (heldBytes() <= maxBytes) return;
        const next = marks.find((mark) => mark.offset > from);
        if (next) moveTo(next.offset);
        else {
          gap = { from, atMs: chunks[0]?.atMs ?? endAtMs };
          marks = [];
        }
      }
    },

    renumber: () => {
      if (!init) return;
      // A feed of its own begins with what is held: a gap before it is none of its.
      if (gap) gap = { ...gap, from: chunks[0]?.offset ?? end };
      from = gap?.from ?? from;
      const by = from - init.byteLength;
      chunks = chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - by }));
      marks = marks.map((mark) => ({ offset: mark.offset - by }));
      gap &&= { ...gap, from: gap.from - by };
      from -= by;
      end -= by;
      renumberedBy += by;
    },

    appendedAtMs: (offset) => {
      // A chunk of a restored ring may be seconds long, and has the time of its first byte.
      if (offset >= end) return endAtMs;
      if (!gap) return (chunks[Math.max(0, lastAtOrBefore(chunks, offset))] ?? chunks.at(-1))?.atMs ?? endAtMs;
      // The times of what is gone are gone with it: it came evenly, as near as is worth knowing.
      const share = end > gap.from ? Math.min(1, Math.max(0, (offset - gap.from) / (end - gap.from))) : 1;
      return gap.atMs + share * (endAtMs - gap.atMs);
    },

    get initBytes() {
      return init?.byteLength ?? 0;
    },
    get from() {
      return from;
    },
    get to() {
      return gap ? from : end;
    },
    get awaitsGroup() {
      return gap !== undefined;
    },
    get heldBytes() {
      return heldBytes();
    },
    get heldMs() {
      return heldMs();
    },
    get record() {
      if (!init || gap) return undefined;
      const fromAtMs = chunks[0]?.atMs ?? endAtMs;
      return { init, from, end, renumberedBy, marks: marks.map(({ offset }) => offset), fromAtMs, endAtMs };
    },
  };
};
