/** A piece of the container stream as it goes into one media frame. */
export type Piece = { offset: number; init: boolean; payload: Uint8Array };

export type Dropped = { from: number; to: number; ms: number };

/** The bytes that the worker may still need: init for ever, and the media from the last committed key frame on. */
export type Ring = {
  append: (bytes: Uint8Array, atMs: number) => void;
  /** The stream's first `bytes` bytes are its init. Nothing is read out before this is known. */
  setInit: (bytes: number) => void;
  /** Decoding can start at `offset`, which counts the bytes that were appended. */
  mark: (offset: number) => void;
  read: (offset: number, maxBytes: number) => Piece | undefined;
  free: (below: number) => void;
  /** Drops the oldest whole groups of pictures where the ring is over its bounds. */
  trim: () => Dropped | undefined;
  /** Numbers what is held anew, as a stream of its own: init, then the oldest media. */
  renumber: () => void;
  /** When the byte at `offset` was appended; the newest byte's time beyond the end. */
  appendedAtMs: (offset: number) => number;
  readonly initBytes: number;
  /** Oldest media byte held, and one past the newest. */
  readonly from: number;
  readonly to: number;
  readonly heldMs: number;
};

type Chunk = { offset: number; bytes: Uint8Array; atMs: number };
type Mark = { offset: number };

type Bounds = { maxBytes: number; maxMs: number };

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

export const createRing = ({ maxBytes, maxMs }: Bounds): Ring => {
  let chunks: Chunk[] = [];
  let marks: Mark[] = [];
  let init: Uint8Array | undefined;
  let from = 0;
  let to = 0;
  let renumberedBy = 0;

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
    from = offset;
  };

  return {
    append: (bytes, atMs) => {
      if (bytes.byteLength === 0) return;
      chunks.push({ offset: to, bytes, atMs });
      to += bytes.byteLength;
    },

    setInit: (length) => {
      init = new Uint8Array(length);
      for (const { offset, bytes } of chunks) if (offset < length) init.set(bytes.subarray(0, length - offset), offset);
      dropBelow(length);
    },

    mark: (offset) => {
      if (offset - renumberedBy >= from) marks.push({ offset: offset - renumberedBy });
    },

    read: (offset, maxBytes) => {
      if (!init) return undefined;
      if (offset < init.byteLength) return { offset, init: true, payload: init.subarray(offset, offset + maxBytes) };
      if (offset < from || offset >= to) return undefined;
      const chunk = chunks[lastAtOrBefore(chunks, offset)];
      if (!chunk) return undefined;
      const nextMark = marks[lastAtOrBefore(marks, offset) + 1]?.offset ?? Infinity;
      const end = Math.min(chunk.offset + chunk.bytes.byteLength, offset + maxBytes, nextMark);
      return {
        offset,
        init: false,
        payload: chunk.bytes.subarray(offset - chunk.offset, end - chunk.offset),
      };
    },

    free: (below) => {
      if (init && below > from) dropBelow(Math.min(below, to));
    },

    trim: () => {
      if (!init || (to - from <= maxBytes && heldMs() <= maxMs)) return undefined;
      const start = from;
      const startMs = chunks[0]?.atMs ?? 0;
      const isOver = () => to - from > maxBytes || heldMs() > maxMs;
      while (isOver()) {
        // Without a boundary the whole is dropped: memory is bounded whatever an encoder does.
        dropBelow(marks.find((mark) => mark.offset > from)?.offset ?? to);
      }
      return from === start ? undefined : { from: start, to: from, ms: (chunks[0]?.atMs ?? startMs) - startMs };
    },

    renumber: () => {
      if (!init) return;
      const by = from - init.byteLength;
      chunks = chunks.map((chunk) => ({ ...chunk, offset: chunk.offset - by }));
      marks = marks.map((mark) => ({ ...mark, offset: mark.offset - by }));
      from -= by;
      to -= by;
      renumberedBy += by;
    },

    appendedAtMs: (offset) => (chunks[Math.max(0, lastAtOrBefore(chunks, offset))] ?? chunks.at(-1))?.atMs ?? 0,

    get initBytes() {
      return init?.byteLength ?? 0;
    },
    get from() {
      return from;
    },
    get to() {
      return to;
    },
    get heldMs() {
      return heldMs();
    },
  };
};
