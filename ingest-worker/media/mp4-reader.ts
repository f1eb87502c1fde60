import { LIMITS } from '../limits.ts';
import { createByteFeed, type Taken } from './byte-feed.ts';
import { type ContainerEvent, type ContainerReader, Unreadable } from './container.ts';
import {
  type Fragment,
  type FragmentTrack,
  isPart,
  type Movie,
  parseFragment,
  parseMovie,
  readBox,
} from './mp4-boxes.ts';
import { type ClockState, createMediaClock } from './media-clock.ts';

const FRAGMENT_HEADER_BYTES = 8;
/** Fragments of sound alone that are remembered until a picture comes: of the sound of half a minute, where each has as little as 21 ms. */
const MOST_ALONE = 1_500;

/** Where an encoder may begin, and what the clock knew there. */
type Place = { offset: number; clock: ClockState };

/**
 * Reads fragmented MP4 as Safari's and Chromium's recorders write it: `ftyp moov`, then `moof mdat` without end. A fragment
 * whose first picture is a key frame is where decoding can begin.
 */
export const createMp4Reader = (from?: ClockState): ContainerReader => {
  const feed = createByteFeed();
  const clock = createMediaClock(from);
  let opened = false;
  let movie: Movie | undefined;
  let started = false;
  /** What the fragment before has said that its media has, which is to come next. */
  let claimedBytes = 0;
  /** Where the last of it ends, so that it may not lie beyond it. */
  let claimedEnd = 0;
  let refused = false;
  let elements = 0;

  /** Up to here reaches the media of the fragment, and in it lie the pictures of these places, the next one last. */
  let mediaEnd = 0;
  let pictures: Fragment['pictures'] = [];
  /** Fragments of sound alone since the last picture, what the clock knew where each begins, and up to when each lasts. */
  let alone: { offset: number; clock: ClockState; lastMs: number }[] = [];

  /** A picture is waited for, and looked at before anything of it is given on, as in Matroska; the rest of the media is skipped. */
  const takeMedia = (held: Buffer, events: ContainerEvent[]): Taken => {
    const next = pictures.at(-1);
    if (!next || next.from >= mediaEnd) return { took: 0, thenSkip: mediaEnd - feed.at };
    if (next.from > feed.at) return { took: 0, thenSkip: next.from - feed.at };
    const isHere = next.from === feed.at && next.count > 0 && next.from + next.bytes <= mediaEnd;
    if (isHere && held.byteLength < next.bytes) return { needs: next.bytes };
    if (isHere) {
      const larger = movie?.sizes.look(held.subarray(0, next.bytes));
      if (larger) events.push({ type: 'larger', ...larger, offset: feed.at });
    }
    pictures.pop();
    if (isHere && next.count > 1) pictures.push({ ...next, from: next.from + next.bytes, count: next.count - 1 });
    return { took: isHere ? next.bytes : 0 };
  };

  const take = (held: Buffer, events: ContainerEvent[]): Taken => {
    if (feed.at < mediaEnd) return takeMedia(held, events);
    elements++;
    const box = readBox(held);
    if ('needs' in box) return box;
    const { type, size, headerBytes } = box;
    if (!opened && type !== 'ftyp') throw new Unreadable('the stream does not begin as MP4');
    const whole = (read: (content: Buffer) => void): Taken => {
      if (size > LIMITS.initBytes) throw new Unreadable(`box ${type} is too large`);
      if (held.byteLength < size) return { needs: size };
      read(held.subarray(headerBytes, size));
      return { took: size };
    };

    switch (type) {
      case 'ftyp':
        if (opened) throw new Unreadable('a second recording begins in the stream');
        return whole(() => {
          opened = true;
        });
      case 'moov':
        if (movie) throw new Unreadable('a second list of tracks');
        return whole((content) => {
          movie = parseMovie(content);
          events.push({ type: 'init', bytes: feed.at + size, facts: movie.facts });
        });
      case 'moof': {
        const known = movie;
        if (!known) throw new Unreadable('media comes before the list of tracks');
        if (claimedBytes > 0) throw new Unreadable('a fragment without its media');
        // Its media is counted from its first byte, and by FFmpeg from eight bytes before the end of any header.
        if (headerBytes !== FRAGMENT_HEADER_BYTES) throw new Unreadable('a fragment whose size takes 64 bits');
        return whole((content) => {
          say(parseFragment(content, known), feed.at + headerBytes, events);
        });
      }
      default:
        if (isPart(type)) throw new Unreadable(`box ${type} outside of a movie`);
        if (size > LIMITS.elementBytes) throw new Unreadable(`box ${type} is too large`);
        if (!movie && feed.at + size > LIMITS.initBytes) throw new Unreadable('no media within the first bytes');
        if (type === 'mdat') {
          if (size - headerBytes < claimedBytes) throw new Unreadable('a fragment claims more than it brings');
          claimedBytes = 0;
          mediaEnd = feed.at + size;
          if (claimedEnd > mediaEnd) throw new Unreadable('samples that lie beyond their media');
          return { took: headerBytes };
        }
        return { took: headerBytes, thenSkip: size - headerBytes };
    }
  };

  const say = (fragment: Fragment, at: number, events: ContainerEvent[]): void => {
    const { bytes, elements: within, pictures: places, end } = fragment;
    elements += within;
    const offset = feed.at;
    claimedBytes = bytes;
    claimedEnd = offset + end;
    pictures = places
      .map((place) => ({ ...place, from: place.from + offset }))
      .sort((one, other) => other.from - one.from);
    started = true;
    const { state } = clock;
    const tracks = fragment.tracks.map((track) => moved(track, at, events));
    const video = tracks.find(({ kind }) => kind === 'video');
    if (video?.key)
      events.push({ type: 'boundary', ptsMs: video.firstMs, ...soundFrom(video.firstMs, { offset, clock: state }) });
    const [sound] = tracks;
    if (video) alone = [];
    else if (sound) alone.push({ offset, clock: state, lastMs: sound.lastMs });
    if (alone.length > MOST_ALONE) alone = alone.slice(MOST_ALONE / 2);
    for (const { kind, count, firstMs, lastMs } of tracks) {
      if (lastMs > LIMITS.mediaClockMs) throw new Unreadable('the media clock is beyond the longest show');
      events.push({ type: 'samples', kind, count, firstMs, lastMs, offset });
    }
  };

  /** Where the sound begins that belongs to a picture: writers that give each track its own fragments may bring it first. */
  const soundFrom = (pictureMs: number, picture: Place): Place => {
    const before = alone.findLastIndex(({ lastMs }) => lastMs < pictureMs);
    const { offset, clock: known } = alone[before + 1] ?? picture;
    return { offset, clock: known };
  };

  /** A track's part of a fragment at the time where it belongs. */
  const moved = (track: FragmentTrack, at: number, events: ContainerEvent[]): FragmentTrack => {
    const { kind, decoded, stamp, firstMs, lastMs } = track;
    const { ticks, ticksPerSecond, bytes } = stamp;
    const wished = Math.round((clock.shift(kind, decoded.firstMs) * ticksPerSecond) / 1000);
    // What an edit list takes off may lie before 0; the time itself may not.
    const shiftTicks = Math.max(wished, -ticks);
    if (shiftTicks !== 0) {
      const to = ticks + shiftTicks;
      if (to >= 256 ** bytes) throw new Unreadable('a clock that goes on beyond what its fragments can say');
      const value = Buffer.alloc(8);
      value.writeBigUInt64BE(BigInt(to));
      events.push({ type: 'rewrite', offset: at + stamp.at, removes: bytes, bytes: value.subarray(8 - bytes) });
    }
    const shiftMs = (shiftTicks * 1000) / ticksPerSecond;
    clock.reach(kind, decoded.lastMs + shiftMs);
    return { ...track, firstMs: firstMs + shiftMs, lastMs: lastMs + shiftMs };
  };

  return {
    get settled() {
      return feed.at;
    },
    get elements() {
      return elements;
    },
    jump: (offset) => {
      claimedBytes = 0;
      claimedEnd = 0;
      mediaEnd = 0;
      pictures = [];
      alone = [];
      // The first jump of a stream whose init has come apart is to where it goes on.
      if (started) clock.leap();
      feed.jump(offset);
    },
    push: (bytes) => {
      const events: ContainerEvent[] = [];
      if (refused) return events;
      try {
        feed.push(bytes, (held) => take(held, events));
      } catch (cause) {
        if (!(cause instanceof Unreadable)) throw cause;
        refused = true;
        events.push({ type: 'refused', detail: cause.message });
      }
      return events;
    },
  };
};
