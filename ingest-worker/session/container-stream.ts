import { LIMITS } from '../limits.ts';
import { createContainerReader } from '../media/container-reader.ts';
import type { MediaFacts, Rewrite } from '../media/container.ts';
import type { ClockState } from '../media/media-clock.ts';
import { createRing, type Ring } from '../media/ring.ts';

/** A session's container stream: takes its bytes in order, parses them, and keeps them in the ring (SPEC §W). */
export type ContainerStream = {
  readonly ring: Ring;
  /** Number of the byte that is wanted next. */
  readonly next: number;
  /** What a decoder needs first; undefined until all of it has come. */
  readonly init: { bytes: Buffer; facts: MediaFacts } | undefined;
  /** What init says of the media, with the largest size that a picture has had since. */
  readonly largest: MediaFacts | undefined;
  /** Sound has come. */
  readonly heard: boolean;
  /** How many pictures have come. */
  readonly pictures: number;
  /** How many pictures the client has left out, by the rate of those that came. */
  readonly leftOut: number;
  /** What reading has cost so far, in elements. */
  readonly elements: number;
  /** From the first key frame to the newest picture. */
  readonly mediaMs: number;
  /** How many pictures lie between two times, by the rate of those that came. */
  picturesBetween(fromMs: number, toMs: number): number;
  /** The ring holds media with which an encoder can begin. */
  readonly ready: boolean;
  /** The ring begins in the middle of the stream: its init has to be sent first, apart from the rest. */
  readonly needsInit: boolean;
  /** There is room for the largest picture so far. */
  admit(): void;
  /** There is none: nothing from that picture on is read out of the ring, also not where the rest is drained. */
  withhold(): void;
  /** Takes bytes of an init that comes apart from the rest. */
  takeInit(offset: number, bytes: Buffer): Taken;
  /** Takes bytes of the stream; those that have come already are ignored. */
  take(offset: number, bytes: Buffer): Taken;
  /** The client has left out what lies before byte `to`. */
  skip(to: number): void;
};

export type Taken =
  | { taken: true }
  /** The bytes begin beyond the next wanted one. */
  | { taken: false; because: 'gap' }
  | { taken: false; because: 'unsupported-media'; detail: string };

/** How long encoding waits for the first sound; a track that is silent for longer is left out until something comes. */
const SOUND_WAIT_MS = 2_000;

/**
 * @param from byte with which the stream goes on; 0 for a new one
 * @param clock what its clock knew there
 */
export const createContainerStream = (from = 0, clock?: ClockState): ContainerStream => {
  const reader = createContainerReader(clock);
  const ring = createRing(from);
  /** The first bytes of the stream, kept while the end of init is not known. */
  let head: Buffer[] = [];
  let headBytes = 0;
  let init: ContainerStream['init'];
  let largest: MediaFacts | undefined;
  /** Where the first picture begins that is larger than what there is room for. */
  let largestFrom: number | undefined;
  const initRewrites: Rewrite[] = [];
  let apart = from > 0;
  let heard = false;
  let pictures = 0;
  let firstMs: number | undefined;
  let leftOut = 0;
  let leftOutMs = 0;
  /** Time of the newest picture before a skip, until the next picture shows how much was left out. */
  let leftOutFromMs: number | undefined;

  const read = (bytes: Buffer): Taken => {
    const events = reader.push(bytes);
    if (!apart) ring.settle(reader.settled);
    for (const event of events) {
      if (event.type === 'refused') return { taken: false, because: 'unsupported-media', detail: event.detail };
      if (event.type === 'init') {
        const whole = Buffer.concat(head).subarray(0, event.bytes);
        for (const { offset, bytes: instead } of initRewrites) instead.copy(whole, offset);
        init = { bytes: whole, facts: event.facts };
        largest = event.facts;
        head = [];
        continue;
      }
      if (event.type === 'rewrite') {
        if (!init) initRewrites.push(event);
        else if (!ring.rewrite(event))
          return { taken: false, because: 'unsupported-media', detail: 'a clock that turns too often' };
        continue;
      }
      if (event.type === 'larger') {
        const { width, height, uncopied, offset } = event;
        largestFrom ??= offset;
        const rest = uncopied && { uncopied };
        if (largest) largest = { ...largest, video: { ...largest.video, width, height, ...rest } };
        if (init && rest) init = { ...init, facts: { ...init.facts, video: { ...init.facts.video, ...rest } } };
        continue;
      }
      ring.note(event);
      if (event.type === 'boundary') began(event.ptsMs);
      else if (event.kind === 'audio') heard = true;
      else pictures += event.count;
    }
    if (firstMs === undefined && ring.heldBytes > LIMITS.firstKeyFrameBytes)
      return { taken: false, because: 'unsupported-media', detail: 'no key frame' };
    return { taken: true };
  };

  const began = (gopMs: number): void => {
    firstMs ??= gopMs;
    if (leftOutFromMs === undefined) return;
    leftOut += picturesBetween(leftOutFromMs, gopMs);
    leftOutMs += Math.max(0, gopMs - leftOutFromMs);
    leftOutFromMs = undefined;
  };

  const picturesBetween = (fromMs: number, toMs: number): number => {
    const seenMs = (ring.newestMs ?? 0) - (firstMs ?? 0) - leftOutMs;
    return seenMs > 0 ? Math.max(0, Math.round(((toMs - fromMs) * (pictures - 1)) / seenMs) - 1) : 0;
  };

  const keepHead = (bytes: Buffer): void => {
    if (init || headBytes > LIMITS.initBytes) return;
    head.push(bytes);
    headBytes += bytes.byteLength;
  };

  return {
    ring,
    get next() {
      return apart ? headBytes : ring.end;
    },
    get init() {
      return init;
    },
    get largest() {
      return largest;
    },
    get heard() {
      return heard;
    },
    get pictures() {
      return pictures;
    },
    get leftOut() {
      return leftOut;
    },
    get elements() {
      return reader.elements;
    },
    get mediaMs() {
      return firstMs === undefined ? 0 : (ring.newestMs ?? 0) - firstMs;
    },
    picturesBetween,
    get ready() {
      if (!init || firstMs === undefined) return false;
      return !init.facts.audio || heard || (ring.newestMs ?? 0) - firstMs > SOUND_WAIT_MS;
    },
    get needsInit() {
      return apart;
    },
    admit: () => {
      largestFrom = undefined;
    },
    withhold: () => {
      if (largestFrom !== undefined) ring.settle(largestFrom);
    },
    takeInit: (offset, bytes) => {
      if (!apart || offset + bytes.byteLength <= headBytes) return { taken: true };
      if (offset > headBytes) return { taken: false, because: 'gap' };
      const fresh = bytes.subarray(headBytes - offset);
      keepHead(fresh);
      return read(fresh);
    },
    take: (offset, bytes) => {
      if (apart) {
        if (headBytes === 0 || offset > ring.end) return { taken: false, because: 'gap' };
        apart = false;
        reader.jump(ring.end);
      }
      if (offset > ring.end) return { taken: false, because: 'gap' };
      if (offset + bytes.byteLength <= ring.end) return { taken: true };
      const fresh = bytes.subarray(ring.end - offset);
      if (from === 0) keepHead(fresh);
      ring.append(fresh);
      return read(fresh);
    },
    skip: (to) => {
      if (to <= ring.end) return;
      ring.jump(to);
      leftOutFromMs ??= ring.newestMs;
      if (apart) return;
      reader.jump(to);
      ring.settle(reader.settled);
    },
  };
};
