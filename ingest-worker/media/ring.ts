import type { ContainerEvent, Rewrite } from './container.ts';
import type { ClockState } from './media-clock.ts';

/** Where decoding can begin, and the first times of both tracks from there on. */
export type Boundary = {
  offset: number;
  videoMs: number;
  audioMs: number | undefined;
  /** What the container stream's clock knew there: another worker goes on with it. */
  clock: ClockState;
};

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
  /** Puts other bytes in the place of some that are here; false where that was asked for too often to remember. */
  rewrite(event: Rewrite): boolean;
  /** Nothing before this byte will be rewritten any more, and only that is read. */
  settle(offset: number): void;
  /**
   * Bytes from `offset` on, as they are after rewriting, and the byte that follows them in the stream; undefined where none are
   * there yet; `gapTo` where the stream goes on only later.
   */
  read(offset: number): { bytes: Buffer; next: number } | { gapTo: number } | undefined;
  /** The newest boundary from which nothing is missing after what was reached; after `past`, where one is given. */
  resumePoint(reached: Reached, past?: number): Boundary | undefined;
  /** Frees what lies before the newest boundary that is reached, and tells which one that is. */
  commit(reached: Reached): Boundary | undefined;
  /** Gives up restarting within the oldest GOP: frees what of it is reached on every track. For a GOP larger than the ring. */
  hollow(reached: Reached): void;
};

type Kind = 'video' | 'audio';
/** The samples of one track from byte `offset` to the next mark: the first and last of their times. */
type Mark = { offset: number; firstMs: number; lastMs: number };

/** Bytes that come in small pieces are joined into pieces of this size, so that a byte held costs about a byte. */
const PIECE_BYTES = 16 * 1024;
/** A cluster that is put at a time which takes more bytes to say; no stream has so many within what is held. */
const MOST_REWRITES = 16_384;
/** More boundaries or marks than this, and every second one is forgotten: a few are as good to begin with as all. */
const MOST_PLACES = 4_096;
/** A sound track on which nothing came for so long does not hold up the picture. */
const SILENT_TRACK_MS = 10_000;
/** Rounding of container clocks to whole milliseconds. */
const ROUNDING_MS = 1;

/** The GOPs since the last committed key frame, from which FFmpeg can be started again at any time. */
export const createRing = (startOffset = 0): Ring => {
  let pieces: { offset: number; bytes: Buffer }[] = [];
  /** Where the next small bytes go, right after those of the last piece. */
  let room: Buffer = Buffer.alloc(0);
  let boundaries: Boundary[] = [];
  /** The first boundary whose sound has not come yet; it has not for any after it either. */
  let soundless = 0;
  /** What each track has by place, to free within a GOP; and its newest time. */
  let marks: Record<Kind, Mark[]> = { video: [], audio: [] };
  const newest: Partial<Record<Kind, number>> = {};
  let start = startOffset;
  let end = startOffset;
  let heldBytes = 0;
  let sound: { offset: number; ms: number } | undefined;
  let settled = Infinity;
  /** Those that do not put as many bytes as they take away. */
  let rewrites: Rewrite[] = [];

  const passed = (boundary: Boundary, { videoMs, audioMs }: Reached): boolean => {
    // Something later: a picture of the GOP before may have the very time of this one's first.
    if (videoMs === undefined || videoMs <= boundary.videoMs + ROUNDING_MS) return false;
    if (boundary.audioMs === undefined)
      return audioMs === undefined
        ? (newest.video ?? 0) - boundary.videoMs > 0
        : (newest.video ?? 0) - boundary.videoMs > SILENT_TRACK_MS;
    return audioMs !== undefined
      ? audioMs + ROUNDING_MS >= boundary.audioMs
      : (newest.video ?? 0) - boundary.audioMs > SILENT_TRACK_MS;
  };

  const freeBefore = (offset: number): void => {
    let kept = 0;
    for (const piece of pieces) {
      if (piece.offset + piece.bytes.byteLength > offset) break;
      heldBytes -= piece.bytes.byteLength;
      kept++;
    }
    pieces = kept > 0 ? pieces.slice(kept) : pieces;
    const [first] = pieces;
    if (first && first.offset < offset) {
      heldBytes -= offset - first.offset;
      pieces[0] = { offset, bytes: first.bytes.subarray(offset - first.offset) };
    }
    start = Math.max(start, offset);
    rewrites = rewrites.slice(firstFrom(rewrites, start));
    const freed = firstFrom(boundaries, start);
    boundaries = boundaries.slice(freed);
    soundless = Math.max(0, soundless - freed);
    marks = {
      video: marks.video.slice(firstFrom(marks.video, start)),
      audio: marks.audio.slice(firstFrom(marks.audio, start)),
    };
  };

  const addBoundary = (boundary: Boundary): void => {
    boundaries.push(boundary);
    if (boundaries.length <= MOST_PLACES) return;
    boundaries = thin(boundaries);
    soundless = boundaries.findIndex(({ audioMs }) => audioMs === undefined);
    if (soundless === -1) soundless = boundaries.length;
  };

  const addMark = (kind: Kind, mark: Mark): void => {
    const of = marks[kind];
    const last = of.at(-1);
    if (last?.offset === mark.offset) last.lastMs = Math.max(last.lastMs, mark.lastMs);
    else of.push(mark);
    if (of.length > MOST_PLACES) marks[kind] = joinMarks(of);
  };

  /** The byte before which all of a track is reached; Infinity where that is so of the whole track. */
  const reachedUpTo = (kind: Kind, ms: number | undefined): number => {
    const newestMs = newest[kind];
    if (newestMs === undefined || (ms !== undefined && newestMs <= ms)) return Infinity;
    // Not what has that very time: of several samples of one millisecond the first may be all that is reached.
    return marks[kind].find(({ lastMs }) => ms === undefined || lastMs >= ms)?.offset ?? start;
  };

  /** The sound of this time is the first of every boundary before it that had none. */
  const addSound = ({ offset, firstMs }: { offset: number; firstMs: number }): void => {
    if (sound?.offset !== offset) sound = { offset, ms: firstMs };
    for (let boundary = boundaries[soundless]; boundary; boundary = boundaries[++soundless]) {
      if (boundary.offset > offset) return;
      boundary.audioMs ??= firstMs;
    }
  };

  /** Copies bytes to the end of the piece before, where there is room; false where there is not. */
  const join = (bytes: Buffer): boolean => {
    const last = pieces.at(-1);
    if (!last || bytes.byteLength > room.byteLength || last.offset + last.bytes.byteLength !== end) return false;
    bytes.copy(room);
    room = room.subarray(bytes.byteLength);
    last.bytes = Buffer.from(last.bytes.buffer, last.bytes.byteOffset, last.bytes.byteLength + bytes.byteLength);
    return true;
  };

  /** As many bytes as there were, in the pieces that hold them. */
  const overwrite = ({ offset, bytes }: Rewrite): void => {
    for (let done = 0; done < bytes.byteLength;) {
      const piece = pieces[indexOf(pieces, offset + done)];
      if (!piece || piece.offset > offset + done) return;
      done += bytes.copy(piece.bytes, offset + done - piece.offset, done);
    }
  };

  const addPiece = (bytes: Buffer): void => {
    if (bytes.byteLength >= PIECE_BYTES) {
      room = Buffer.alloc(0);
      pieces.push({ offset: end, bytes });
      return;
    }
    const made = Buffer.allocUnsafeSlow(PIECE_BYTES);
    bytes.copy(made);
    room = made.subarray(bytes.byteLength);
    pieces.push({ offset: end, bytes: made.subarray(0, bytes.byteLength) });
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
      return (newest.video ?? 0) - (marks.video[0]?.firstMs ?? newest.video ?? 0);
    },
    get newestMs() {
      return newest.video;
    },
    append: (bytes) => {
      if (!join(bytes)) addPiece(bytes);
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
        return addBoundary({ offset: event.offset, videoMs: event.ptsMs, audioMs: before, clock: event.clock });
      }
      newest[event.kind] = Math.max(newest[event.kind] ?? event.lastMs, event.lastMs);
      addMark(event.kind, { offset: event.offset, firstMs: event.firstMs, lastMs: event.lastMs });
      if (event.kind === 'audio') addSound(event);
    },
    rewrite: (event) => {
      if (event.bytes.byteLength === event.removes) overwrite(event);
      else rewrites.push(event);
      return rewrites.length <= MOST_REWRITES;
    },
    settle: (offset) => {
      settled = offset;
    },
    read: (offset) => {
      const piece = pieces[indexOf(pieces, offset)];
      if (!piece) return undefined;
      if (piece.offset > offset) return { gapTo: piece.offset };
      const rewrite = rewrites[firstFrom(rewrites, offset)];
      if (rewrite?.offset === offset) return { bytes: rewrite.bytes, next: offset + rewrite.removes };
      const next = Math.min(piece.offset + piece.bytes.byteLength, rewrite?.offset ?? settled, settled);
      return next > offset
        ? { bytes: piece.bytes.subarray(offset - piece.offset, next - piece.offset), next }
        : undefined;
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
    hollow: ({ videoMs, audioMs = videoMs }) => {
      // A track on which nothing more comes is reached to its end, and holds up nothing.
      const upTo = Math.min(reachedUpTo('video', videoMs), reachedUpTo('audio', audioMs));
      const last = Math.max(marks.video.at(-1)?.offset ?? start, marks.audio.at(-1)?.offset ?? start);
      const offset = Math.min(upTo, last);
      if (offset > start) freeBefore(offset);
    },
  };
};

/** Whether starting there brings again all that follows what was reached. */
const startsBy = (boundary: Boundary, { videoMs, audioMs }: Reached): boolean =>
  (videoMs === undefined ? false : boundary.videoMs + ROUNDING_MS < videoMs) &&
  (boundary.audioMs === undefined || (audioMs !== undefined && boundary.audioMs <= audioMs + ROUNDING_MS));

/** Index of the first place that is at byte `start` or after. */
const firstFrom = (places: readonly { offset: number }[], start: number): number => {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.offset ?? Infinity) < start) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Every second one, the oldest among them, and the newest. */
const thin = <Place>(places: readonly Place[]): Place[] =>
  places.filter((_, index) => index % 2 === 0 || index === places.length - 1);

/** Every two marks as one. */
const joinMarks = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark, index) => {
    if (index % 2 === 1) return [];
    return [{ ...mark, lastMs: Math.max(mark.lastMs, marks[index + 1]?.lastMs ?? mark.lastMs) }];
  });

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
