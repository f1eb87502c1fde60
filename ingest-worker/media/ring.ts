import type { ContainerEvent } from './container.ts';

/** Where decoding can begin, and the first times of both tracks from there on. */
export type Boundary = { offset: number; videoMs: number; audioMs: number | undefined };

/** Up to where something is done (published, or acknowledged), by the recording's clock. */
export type Reached = { videoMs: number | undefined; audioMs: number | undefined };

export type Ring = {
  /** Byte of the stream with which the kept media begins. */
  readonly start: number;
  /** Byte after the newest one. */
  readonly end: number;
  readonly heldBytes: number;
  /** From the oldest kept picture to the newest. */
  readonly heldMs: number;
  readonly newestMs: number | undefined;
  append(bytes: Buffer): void;
  /** The stream goes on at byte `offset`; what lies before it and is not here will never be. */
  jump(offset: number): void;
  /** Notes what a reader has found in what was appended. */
  note(event: Extract<ContainerEvent, { type: 'boundary' | 'samples' }>): void;
  /** Bytes from `offset` on; undefined where none are there yet; `gapTo` where the stream goes on only later. */
  read(offset: number): { bytes: Buffer } | { gapTo: number } | undefined;
  /** The newest boundary from which nothing is missing after what was reached; after `past`, where one is given. */
  resumePoint(reached: Reached, past?: number): Boundary | undefined;
  /** Frees what lies before the newest boundary that is reached, and tells which one that is. */
  commit(reached: Reached): Boundary | undefined;
  /** Gives up restarting within the oldest GOP: frees what of it is reached. For a GOP that is longer than the ring. */
  hollow(reached: Reached): boolean;
};

/** A sound track on which nothing came for so long does not hold up the picture. */
const SILENT_TRACK_MS = 10_000;
/** Rounding of container clocks to whole milliseconds. */
const ROUNDING_MS = 1;

/** The GOPs since the last committed key frame, from which FFmpeg can be started again at any time. */
export const createRing = (startOffset = 0): Ring => {
  let pieces: { offset: number; bytes: Buffer }[] = [];
  let boundaries: Boundary[] = [];
  /** Pictures by place, to free within a GOP. */
  let marks: { offset: number; videoMs: number }[] = [];
  let start = startOffset;
  let end = startOffset;
  let heldBytes = 0;
  let newestMs: number | undefined;
  let sound: { offset: number; ms: number } | undefined;

  const passed = (boundary: Boundary, { videoMs, audioMs }: Reached): boolean => {
    // Something later: a picture of the GOP before may have the very time of this one's first.
    if (videoMs === undefined || videoMs <= boundary.videoMs + ROUNDING_MS) return false;
    if (boundary.audioMs === undefined)
      return audioMs === undefined
        ? (newestMs ?? 0) - boundary.videoMs > 0
        : (newestMs ?? 0) - boundary.videoMs > SILENT_TRACK_MS;
    return audioMs !== undefined
      ? audioMs + ROUNDING_MS >= boundary.audioMs
      : (newestMs ?? 0) - boundary.audioMs > SILENT_TRACK_MS;
  };

  const freeBefore = (offset: number): void => {
    let kept = 0;
    for (const piece of pieces) {
      if (piece.offset + piece.bytes.byteLength > offset) break;
      heldBytes -= piece.bytes.byteLength;
      kept++;
    }
    pieces = kept > 0 ? pieces.slice(kept) : pieces;
    start = Math.max(start, offset);
    boundaries = boundaries.filter((boundary) => boundary.offset >= start);
    marks = marks.filter((mark) => mark.offset >= start);
  };

  return {
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    get heldBytes() {
      return heldBytes;
    },
    get heldMs() {
      return (newestMs ?? 0) - (marks[0]?.videoMs ?? newestMs ?? 0);
    },
    get newestMs() {
      return newestMs;
    },
    append: (bytes) => {
      pieces.push({ offset: end, bytes });
      heldBytes += bytes.byteLength;
      end += bytes.byteLength;
    },
    jump: (offset) => {
      end = offset;
      if (pieces.length === 0) start = offset;
    },
    note: (event) => {
      if (event.type === 'boundary') {
        const before = sound && sound.offset >= event.offset ? sound.ms : undefined;
        boundaries.push({ offset: event.offset, videoMs: event.ptsMs, audioMs: before });
        return;
      }
      if (event.kind === 'video') {
        newestMs = Math.max(newestMs ?? event.lastMs, event.lastMs);
        if (marks.at(-1)?.offset !== event.offset) marks.push({ offset: event.offset, videoMs: event.firstMs });
        return;
      }
      if (sound?.offset !== event.offset) sound = { offset: event.offset, ms: event.firstMs };
      for (const boundary of boundaries)
        if (boundary.audioMs === undefined && boundary.offset <= event.offset) boundary.audioMs = event.firstMs;
    },
    read: (offset) => {
      const piece = pieces[indexOf(pieces, offset)];
      if (!piece) return undefined;
      if (piece.offset > offset) return { gapTo: piece.offset };
      return { bytes: piece.bytes.subarray(offset - piece.offset) };
    },
    resumePoint: (reached, past) => {
      if (past !== undefined) return boundaries.find(({ offset }) => offset > past);
      const usable = boundaries.findLast((boundary) => startsBy(boundary, reached));
      return usable ?? boundaries[0];
    },
    commit: (reached) => {
      const boundary = boundaries.findLast((candidate) => candidate.offset > start && passed(candidate, reached));
      if (boundary) freeBefore(boundary.offset);
      return boundary;
    },
    hollow: ({ videoMs, audioMs }) => {
      const reachedMs = Math.min(videoMs ?? -1, audioMs ?? videoMs ?? -1);
      const mark = marks.findLast((candidate) => candidate.videoMs <= reachedMs && candidate.offset > start);
      if (!mark) return false;
      freeBefore(mark.offset);
      return true;
    },
  };
};

/** Whether starting there brings again all that follows what was reached. */
const startsBy = (boundary: Boundary, { videoMs, audioMs }: Reached): boolean =>
  (videoMs === undefined ? false : boundary.videoMs + ROUNDING_MS < videoMs) &&
  (boundary.audioMs === undefined || (audioMs !== undefined && boundary.audioMs <= audioMs + ROUNDING_MS));

/** Index of the first piece that ends beyond `offset`. */
const indexOf = (pieces: { offset: number; bytes: Buffer }[], offset: number): number => {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece && piece.offset + piece.bytes.byteLength <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
};
