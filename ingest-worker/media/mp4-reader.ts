import { LIMITS } from '../limits.ts';
import { createByteFeed, type Taken } from './byte-feed.ts';
import { type ContainerEvent, type ContainerReader, Unreadable } from './container.ts';
import { type Fragment, type Movie, parseFragment, parseMovie, readBox } from './mp4-boxes.ts';

/**
 * Reads fragmented MP4 as Safari's and Chromium's recorders write it: `ftyp moov`, then `moof mdat` without end. A fragment
 * whose first picture is a key frame is where decoding can begin.
 */
export const createMp4Reader = (): ContainerReader => {
  const feed = createByteFeed();
  let opened = false;
  let movie: Movie | undefined;
  /** What the fragment before has said that its media has, which is to come next. */
  let claimedBytes = 0;
  let refused = false;
  let elements = 0;

  const take = (held: Buffer, events: ContainerEvent[]): Taken => {
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
        return whole((content) => {
          say(parseFragment(content, known), events);
        });
      }
      default:
        if (size > LIMITS.elementBytes) throw new Unreadable(`box ${type} is too large`);
        if (!movie && feed.at + size > LIMITS.initBytes) throw new Unreadable('no media within the first bytes');
        if (type === 'mdat') {
          if (size - headerBytes < claimedBytes) throw new Unreadable('a fragment claims more than it brings');
          claimedBytes = 0;
        }
        return { took: headerBytes, thenSkip: size - headerBytes };
    }
  };

  const say = ({ tracks, bytes, elements: within }: Fragment, events: ContainerEvent[]): void => {
    elements += within;
    const offset = feed.at;
    claimedBytes = bytes;
    const video = tracks.find(({ kind }) => kind === 'video');
    if (video?.key) events.push({ type: 'boundary', offset, ptsMs: video.firstMs });
    for (const { kind, count, firstMs, lastMs } of tracks) {
      if (lastMs > LIMITS.mediaClockMs) throw new Unreadable('the media clock is beyond the longest show');
      events.push({ type: 'samples', kind, count, firstMs, lastMs, offset });
    }
  };

  return {
    get elements() {
      return elements;
    },
    jump: (offset) => {
      claimedBytes = 0;
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
