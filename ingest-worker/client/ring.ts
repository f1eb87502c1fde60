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
};

type Chunk = { offset: number; bytes: Uint8Array; atMs: number };
type Mark = { offset: number };

type Bounds = { maxBytes: number };
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

export const createRing = ({ maxBytes }: Bounds): Ring => {
  let chunks: Chunk[] = [];
  let marks: Mark[] = [];
  let init: Uint8Array | undefined;
  let from = 0;
  let end = 0;
  let endAtMs = 0;
  let gap: Gap | undefined;
  let renumberedBy = 0;

  const heldBytes = () => end - (chunks[0]?.offset ?? end);
  const heldMs = () => (chunks.at(-1)?.atMs ?? 0) - (chunks[0]?.atMs ?? 0);

  const dropBelow = (offset: number) => {
    const first = Math.max(0, lastAtOrBefore(chunks, offset));
    chunks = chunks.slice(first);
    const head = chunks[0];
    if (head && head.offset < offset) {
      const bytes = head.bytes.subarray(offset - head.offset);
      if (bytes.byteLength === 0) chunks.shift();
      else chunks[0] = { ...head, offset, bytes };
    }
    marks = marks.filter((mark) => mark.offset >= offset);
  };

  const moveTo = (offset: number) => {
    dropBelow(offset);
    from = offset;
  };

  return {
    append: (bytes, atMs) => {
      if (bytes.byteLength === 0) return;
      chunks.push({ offset: end, bytes, atMs });
      end += bytes.byteLength;
      endAtMs = atMs;
    },

    setInit: (length) => {
      init = new Uint8Array(length);
      for (const { offset, bytes } of chunks) if (offset < length) init.set(bytes.subarray(0, length - offset), offset);
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
      const last = Math.min(chunk.offset + chunk.bytes.byteLength, offset + maxBytes, nextMark);
      return {
        offset,
        init: false,
        payload: chunk.bytes.subarray(offset - chunk.offset, last - chunk.offset),
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
  };
};
