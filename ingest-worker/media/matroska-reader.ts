import { LIMITS } from '../limits.ts';
import { createByteFeed, type Taken } from './byte-feed.ts';
import { type ContainerEvent, type ContainerReader, type MediaFacts, Unreadable } from './container.ts';
import {
  ID,
  parseDocType,
  parseTimestampScale,
  parseTracks,
  readElement,
  readVint,
  type TrackNumbers,
} from './ebml.ts';
import type { SizeWatch } from './coded-size.ts';
import { type ClockState, createMediaClock } from './media-clock.ts';

/** Where in the tree the next element lies. A master of unknown size ends where its parent's next child begins. */
type Place =
  | { at: 'top' }
  | { at: 'segment' }
  | {
      at: 'cluster';
      start: number;
      end: number;
      /** Where its size stands, for one that is known. */
      size: { offset: number; bytes: number } | undefined;
      stamp: Stamp | undefined;
      /** Ticks that its timestamp is moved by: as its first block is, and not known before that. */
      movedTicks: number | undefined;
      video: boolean;
      /** What the clock knew when it began. */
      clock: ClockState;
    }
  | { at: 'group'; end: number; block: BlockHeader | undefined; refers: boolean; cluster: Cluster };
type Cluster = Extract<Place, { at: 'cluster' }>;
/** A cluster's timestamp: its value, where its element lies, and how much of that is the value. */
type Stamp = { ticks: number; offset: number; bytes: number; valueBytes: number };
type BlockHeader = { kind: 'video' | 'audio' | undefined; ptsMs: number; frames: number };

/** Elements that end a cluster of unknown size: children of the segment. */
const OF_SEGMENT = new Set<number>([
  ID.cluster,
  ID.seekHead,
  ID.info,
  ID.tracks,
  ID.cues,
  ID.tags,
  ID.chapters,
  ID.attachments,
]);

/** Void and CRC-32, which may stand anywhere. */
const ANYWHERE = [0xec, 0xbf];
/** What else may stand in each master (RFC 9559): of many strangers FFmpeg makes a broken file, and begins to read it again. */
const PLACES: Record<Place['at'], ReadonlySet<number>> = {
  top: new Set([...ANYWHERE, ID.ebml, ID.segment]),
  segment: new Set([...ANYWHERE, ...OF_SEGMENT]),
  cluster: new Set([...ANYWHERE, ID.timestamp, ID.simpleBlock, ID.blockGroup, 0x5854, 0xa7, 0xab]),
  group: new Set([...ANYWHERE, ID.block, ID.referenceBlock, 0x9b, 0xfa, 0xa4, 0x75a1, 0x75a2, 0x8e]),
};

const BLOCK_HEADER_BYTES = 12;
const BLOCK_TIME_AND_FLAGS_BYTES = 3;
const LACED = 0x06;
const SEGMENT_ID_BYTES = 4;
const CLUSTER_ID_BYTES = 4;
/** A block's time is this far from its cluster's at most. */
const MOST_TICKS = 0x7fff;
const NANOSECONDS_PER_MS = 1_000_000;
const SMALL_ELEMENT_BYTES = 64 * 1024;

/**
 * Reads Matroska and WebM as browsers write it: unknown-size segment and clusters, clusters that begin with sound, blocks
 * simple or grouped, their sound laced or not.
 */
export const createMatroskaReader = (from?: ClockState): ContainerReader => {
  const feed = createByteFeed();
  const clock = createMediaClock(from);
  let place: Place = { at: 'top' };
  let opened = false;
  let segmentEnd = Infinity;
  let scale: number | undefined;
  let tracks: { facts: MediaFacts; numbers: TrackNumbers; sizes: SizeWatch } | undefined;
  let started = false;
  let initBytes: number | undefined;
  let refused = false;
  let elements = 0;

  /** Leaves every master whose end has come. */
  const leave = (events: ContainerEvent[]): void => {
    if (place.at === 'group' && feed.at >= place.end) {
      if (feed.at > place.end) throw new Unreadable('an element reaches beyond its block group');
      const { block, refers, cluster } = place;
      place = cluster;
      if (block) seen(block, !refers, cluster, events);
    }
    if (place.at === 'cluster' && feed.at >= place.end) {
      if (feed.at > place.end) throw new Unreadable('an element reaches beyond its cluster');
      place = { at: 'segment' };
    }
    if (place.at !== 'top' && feed.at > segmentEnd) throw new Unreadable('an element reaches beyond the segment');
    if (place.at === 'segment' && feed.at === segmentEnd) place = { at: 'top' };
  };

  const seen = (block: BlockHeader, key: boolean, cluster: Cluster, events: ContainerEvent[]): void => {
    const { kind, ptsMs, frames } = block;
    if (!kind) return;
    if (kind === 'video') {
      if (!cluster.video && key) events.push({ type: 'boundary', offset: cluster.start, ptsMs, clock: cluster.clock });
      cluster.video = true;
    }
    elements += frames;
    events.push({ type: 'samples', kind, count: frames, firstMs: ptsMs, lastMs: ptsMs, offset: cluster.start });
  };

  const kindOf = (track: number | undefined): BlockHeader['kind'] => {
    if (track === tracks?.numbers.video) return 'video';
    return track === tracks?.numbers.audio ? 'audio' : undefined;
  };

  /** Of a block of the picture's track, whole. */
  const lookAt = (block: Buffer, events: ContainerEvent[]): void => {
    const from = (readVint(block, 0)?.bytes ?? 0) + BLOCK_TIME_AND_FLAGS_BYTES;
    if (block.byteLength < from) return;
    if (((block[from - 1] ?? 0) & LACED) !== 0) throw new Unreadable('several pictures in a block');
    const larger = tracks?.sizes.look(block.subarray(from));
    if (larger) events.push({ type: 'larger', ...larger, offset: feed.at });
  };

  /** Moves a cluster to where its first block belongs, before anything of it has been given on. */
  const move = ({ stamp, size }: Cluster, ticks: number, events: ContainerEvent[]): void => {
    if (!stamp || ticks === 0) return;
    const moved = stamp.ticks + ticks;
    const value = Buffer.alloc(8);
    value.writeBigUInt64BE(BigInt(moved));
    if (moved < 256 ** stamp.valueBytes) {
      const { offset, bytes, valueBytes } = stamp;
      const at = offset + bytes - valueBytes;
      events.push({ type: 'rewrite', offset: at, removes: valueBytes, bytes: value.subarray(8 - valueBytes) });
      return;
    }
    // Longer than it was: then nobody may be told how long the cluster is, which is as well.
    if (size)
      events.push({ type: 'rewrite', offset: size.offset, removes: size.bytes, bytes: unknownSize(size.bytes) });
    const element = Buffer.concat([Buffer.from([ID.timestamp, 0x88]), value]);
    events.push({ type: 'rewrite', offset: stamp.offset, removes: stamp.bytes, bytes: element });
  };

  /** The ticks that a block is moved by in all; what its cluster is not moved by is written into the block itself. */
  const moveBlock = (
    { kind, ticks, offset }: { kind: 'video' | 'audio'; ticks: number; offset: number },
    cluster: Cluster,
    events: ContainerEvent[],
  ): number => {
    const { stamp } = cluster;
    const msPerTick = scale ?? 1;
    const movedTicks = Math.round(clock.shift(kind, ((stamp?.ticks ?? 0) + ticks) * msPerTick) / msPerTick);
    if (cluster.movedTicks === undefined) {
      // A cluster's own time is never before 0; its blocks' may be.
      cluster.movedTicks = Math.max(movedTicks, -(stamp?.ticks ?? 0));
      move(cluster, cluster.movedTicks, events);
    }
    const within = ticks + movedTicks - cluster.movedTicks;
    if (within === ticks) return movedTicks;
    if (within > MOST_TICKS || within < -MOST_TICKS)
      throw new Unreadable('a clock that turns too far within a cluster');
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(within);
    events.push({ type: 'rewrite', offset, removes: 2, bytes });
    return movedTicks;
  };

  const blockHeader = (
    bytes: Buffer,
    offset: number,
    cluster: Cluster,
    events: ContainerEvent[],
  ): BlockHeader & { key: boolean } => {
    const track = readVint(bytes, 0);
    if (!track || track.value === undefined || bytes.byteLength < track.bytes + 3)
      throw new Unreadable('a block is too short for its header');
    if (!cluster.stamp) throw new Unreadable('a block comes before its cluster has a timestamp');
    const flags = bytes.readUInt8(track.bytes + 2);
    const kind = kindOf(track.value);
    const ticks = bytes.readInt16BE(track.bytes);
    const movedTicks = kind ? moveBlock({ kind, ticks, offset: offset + track.bytes }, cluster, events) : 0;
    const ptsMs = (cluster.stamp.ticks + ticks + movedTicks) * (scale ?? 1);
    if (kind && ptsMs > LIMITS.mediaClockMs) throw new Unreadable('the media clock is beyond the longest show');
    const laced = (flags & LACED) !== 0;
    const frames = laced && bytes.byteLength > track.bytes + 3 ? bytes.readUInt8(track.bytes + 3) + 1 : 1;
    return { kind, ptsMs, frames, key: (flags & 0x80) !== 0 };
  };

  const take = (held: Buffer, events: ContainerEvent[]): Taken => {
    leave(events);
    elements++;
    const element = readElement(held);
    if ('needs' in element) return element;
    const { id, size, headerBytes } = element;
    if (!opened && id !== ID.ebml) throw new Unreadable('the stream does not begin as Matroska or WebM');
    if (opened && id === ID.ebml) throw new Unreadable('a second recording begins in the stream');
    if (place.at === 'cluster' && place.end === Infinity && OF_SEGMENT.has(id)) place = { at: 'segment' };

    if (!PLACES[place.at].has(id)) throw new Unreadable(`element ${id.toString(16)} where it does not belong`);

    const whole = (limit: number, read: (content: Buffer) => void): Taken => {
      if (size === undefined || size > limit) throw new Unreadable(`element ${id.toString(16)} is too large`);
      if (held.byteLength < headerBytes + size) return { needs: headerBytes + size };
      read(held.subarray(headerBytes, headerBytes + size));
      return { took: headerBytes + size };
    };
    /**
     * Shows the first bytes of a block and skips the rest of it. A picture is waited for, and looked at before anything of it is
     * given on: no decoder is to see one that tells it to make more room than was asked for here.
     */
    const block = (read: (head: Buffer) => void): Taken => {
      if (size === undefined || size > LIMITS.elementBytes) throw new Unreadable('a block is too large');
      const headBytes = Math.min(size, BLOCK_HEADER_BYTES);
      if (held.byteLength < headerBytes + headBytes) return { needs: headerBytes + headBytes };
      const head = held.subarray(headerBytes, headerBytes + headBytes);
      if (kindOf(readVint(head, 0)?.value) === 'video') {
        if (held.byteLength < headerBytes + size) return { needs: headerBytes + size };
        lookAt(held.subarray(headerBytes, headerBytes + size), events);
      }
      read(head);
      return { took: headerBytes, thenSkip: size };
    };
    const pass = (): Taken => {
      if (size === undefined || size > LIMITS.elementBytes)
        throw new Unreadable(`element ${id.toString(16)} is too large`);
      if (!started && initBytes === undefined && feed.at + headerBytes + size > LIMITS.initBytes)
        throw new Unreadable('no media within the first bytes');
      return { took: headerBytes, thenSkip: size };
    };

    switch (place.at) {
      case 'top':
        if (id === ID.ebml)
          return whole(SMALL_ELEMENT_BYTES, (content) => {
            parseDocType(content);
            opened = true;
          });
        if (id !== ID.segment) return pass();
        if (started || tracks) throw new Unreadable('a second segment begins in the stream');
        segmentEnd = size === undefined ? Infinity : feed.at + headerBytes + size;
        // A cluster that is moved may become longer than it was.
        if (size !== undefined) {
          const bytes = unknownSize(headerBytes - SEGMENT_ID_BYTES);
          events.push({ type: 'rewrite', offset: feed.at + SEGMENT_ID_BYTES, removes: bytes.byteLength, bytes });
        }
        place = { at: 'segment' };
        return { took: headerBytes };

      case 'segment':
        if (id === ID.info) {
          if (scale !== undefined || started) throw new Unreadable('a second description of the segment');
          return whole(SMALL_ELEMENT_BYTES, (content) => {
            scale = parseTimestampScale(content) / NANOSECONDS_PER_MS;
          });
        }
        if (id === ID.tracks) {
          if (tracks) throw new Unreadable('a second list of tracks');
          return whole(LIMITS.initBytes, (content) => {
            tracks = parseTracks(content);
          });
        }
        if (id !== ID.cluster) return pass();
        if (!tracks) throw new Unreadable('media comes before the list of tracks');
        if (!started) events.push({ type: 'init', bytes: initBytes ?? feed.at, facts: tracks.facts });
        started = true;
        place = {
          at: 'cluster',
          start: feed.at,
          end: size === undefined ? Infinity : feed.at + headerBytes + size,
          size:
            size === undefined
              ? undefined
              : { offset: feed.at + CLUSTER_ID_BYTES, bytes: headerBytes - CLUSTER_ID_BYTES },
          stamp: undefined,
          movedTicks: undefined,
          video: false,
          clock: clock.state,
        };
        return { took: headerBytes };

      case 'cluster': {
        const cluster = place;
        if (id === ID.timestamp) {
          if (cluster.stamp) throw new Unreadable('a second timestamp of a cluster');
          return whole(8, (content) => {
            const valueBytes = content.byteLength;
            const ticks = valueBytes === 0 ? 0 : Number(BigInt(`0x${content.toString('hex')}`));
            if (!Number.isSafeInteger(ticks)) throw new Unreadable('a media clock that no clock has');
            cluster.stamp = { ticks, offset: feed.at, bytes: headerBytes + valueBytes, valueBytes };
          });
        }
        if (id === ID.simpleBlock)
          return block((head) => {
            const { key, ...its } = blockHeader(head, feed.at + headerBytes, cluster, events);
            seen(its, key, cluster, events);
          });
        if (id !== ID.blockGroup) return pass();
        if (size === undefined || size > LIMITS.elementBytes) throw new Unreadable('a block group is too large');
        place = { at: 'group', end: feed.at + headerBytes + size, block: undefined, refers: false, cluster };
        return { took: headerBytes };
      }

      default: {
        const group = place;
        if (id === ID.block) {
          if (group.block) throw new Unreadable('a second block in a group');
          return block((head) => {
            const { key: _, ...its } = blockHeader(head, feed.at + headerBytes, group.cluster, events);
            group.block = its;
          });
        }
        if (id === ID.referenceBlock) group.refers = true;
        return pass();
      }
    }
  };

  return {
    get elements() {
      return elements;
    },
    jump: (offset) => {
      if (!started) initBytes ??= feed.at;
      if (place.at !== 'top') place = { at: 'segment' };
      if (started) clock.leap();
      feed.jump(offset);
    },
    get settled() {
      const cluster = place.at === 'group' ? place.cluster : place;
      return cluster.at === 'cluster' && cluster.movedTicks === undefined ? cluster.start : feed.at;
    },
    push: (bytes) => {
      const events: ContainerEvent[] = [];
      if (refused) return events;
      try {
        feed.push(bytes, (held) => take(held, events));
        if (!started && initBytes === undefined && feed.at > LIMITS.initBytes)
          throw new Unreadable('no media within the first bytes');
      } catch (cause) {
        if (!(cause instanceof Unreadable)) throw cause;
        refused = true;
        events.push({ type: 'refused', detail: cause.message });
      }
      return events;
    },
  };
};

/** The size of an element that ends where its parent's next child begins, in as many bytes as the known one had. */
const unknownSize = (bytes: number): Buffer => {
  const size = Buffer.alloc(bytes, 0xff);
  size[0] = 0xff >> (bytes - 1);
  return size;
};
