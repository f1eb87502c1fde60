import { LIMITS } from '../limits.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import { OUTPUT_OFFSET_MS } from '../media/ffmpeg-args.ts';
import type { Reached } from '../media/ring.ts';
import type { Publisher } from './publisher.ts';

/**
 * Between the encoder, which may be started anew, and the publisher, which may be connected anew: every tag goes out once,
 * in order, and none is forgotten before the server has it (SPEC §P).
 */
export type Outlet = {
  /** From now on another encoder makes tags, and begins before where the one before it has stopped. */
  beginAgain(): void;
  /** Takes what an encoder has made. What an earlier one has made already is dropped here. */
  take(tag: FlvTag): void;
  /** Sends through this connection from now on: set-up first, then from the first GOP of which not all has arrived. */
  attach(publisher: Publisher): void;
  detach(): void;
  /** The connection can be written to again. */
  flush(): void;
  /** So many tags of this connection have arrived. */
  acknowledged(tags: number): void;
  /** So much waits to be sent that the encoder had better stop. */
  readonly full: boolean;
  /** Nothing waits. */
  readonly empty: boolean;
  /** By the recording's clock: what is safe from a crash of the encoder, and what is safe for good. */
  readonly published: Reached;
  readonly arrived: Reached;
  readonly bytes: number;
  readonly frames: number;
};

type Track = 'audio' | 'video';
/** How far a track has come, and how many of its tags have that very time: recorders give two pictures in a millisecond. */
type Newest = { ms: number; tags: number };

export const createOutlet = (): Outlet => {
  /** Tags from the newest key frame before which all has arrived. */
  let tags: FlvTag[] = [];
  let heldBytes = 0;
  let arrivedTags = 0;
  let sentTags = 0;
  /** Set-up as of `tags[0]`, as last taken with its media, and still waiting for that. */
  const setUp = new Map<FlvTag['kind'], FlvTag>();
  const inForce = new Map<FlvTag['kind'], FlvTag>();
  const untimed = new Map<FlvTag['kind'], FlvTag>();
  const published: Partial<Record<Track, Newest>> = {};
  /** What of it the encoder under way makes again. */
  let again: Partial<Record<Track, Newest>> = {};
  const arrived: Partial<Record<Track, number>> = {};
  let publisher: Publisher | undefined;
  let congested = false;
  /** The connection's own count of tags minus ours. */
  let ahead = 0;
  let bytes = 0;
  let frames = 0;

  const push = (tag: FlvTag): void => {
    tags.push(tag);
    heldBytes += tag.body.byteLength;
  };

  const flush = (): void => {
    if (!publisher) return;
    congested = false;
    while (sentTags < tags.length && !congested) {
      const tag = tags[sentTags];
      if (!tag) return;
      sentTags++;
      bytes += tag.body.byteLength;
      if (tag.kind === 'video') frames++;
      congested = !publisher.send(tag);
    }
  };

  /** What has waited for this media goes before it: all that is new, and what replaces another only before its own. */
  const pushSetUp = ({ kind, timestampMs }: FlvTag): void => {
    for (const [of, tag] of untimed) {
      if (inForce.has(of) && of !== kind && of !== 'script') continue;
      untimed.delete(of);
      inForce.set(of, tag);
      push({ ...tag, timestampMs });
    }
  };

  const isAgain = ({ kind, timestampMs }: FlvTag): boolean => {
    if (kind === 'script') return false;
    const { [kind]: before } = again;
    if (!before || timestampMs > before.ms) return false;
    return timestampMs < before.ms || before.tags-- > 0;
  };

  const count = ({ kind, timestampMs }: FlvTag): void => {
    if (kind === 'script') return;
    const newest = published[kind];
    if (newest?.ms === timestampMs) newest.tags++;
    else published[kind] = { ms: timestampMs, tags: 1 };
  };

  /** Lets go of whole GOPs that have arrived; of parts of one, too, when a GOP is longer than what may be held. */
  const free = (): void => {
    const whole = tags.findLastIndex((tag, index) => tag.key && index <= arrivedTags);
    letGo(heldBytes > LIMITS.tagBytes ? Math.max(whole, Math.min(arrivedTags, sentTags)) : whole);
  };

  const letGo = (count: number): void => {
    if (count <= 0) return;
    for (const tag of tags.slice(0, count)) {
      heldBytes -= tag.body.byteLength;
      if (tag.header) setUp.set(tag.kind, tag);
    }
    tags = tags.slice(count);
    sentTags -= count;
    arrivedTags -= count;
    ahead += count;
  };

  const reached = (times: Partial<Record<Track, number>>): Reached => ({
    videoMs: times.video === undefined ? undefined : times.video - OUTPUT_OFFSET_MS,
    audioMs: times.audio === undefined ? undefined : times.audio - OUTPUT_OFFSET_MS,
  });

  return {
    beginAgain: () => {
      const { video, audio } = published;
      again = { ...(video && { video: { ...video } }), ...(audio && { audio: { ...audio } }) };
    },
    take: (tag) => {
      if (tag.header || tag.kind === 'script') {
        // FFmpeg stamps set-up with 0; it belongs to the media that follows it. Of what is made again for media that has been
        // published already only the last counts, and that not if it is in force.
        if (inForce.get(tag.kind)?.body.equals(tag.body)) untimed.delete(tag.kind);
        else untimed.set(tag.kind, tag);
        return;
      }
      if (isAgain(tag)) return;
      count(tag);
      pushSetUp(tag);
      push(tag);
      if (!congested) flush();
    },
    attach: (connection) => {
      publisher = connection;
      free();
      // The rest of a GOP whose beginning has been let go is of no use to anybody.
      if (tags.find((tag) => tag.kind === 'video' && !tag.header)?.key === false)
        letGo(tags.findIndex(({ key }) => key));
      sentTags = 0;
      arrivedTags = Math.max(0, arrivedTags);
      ahead = setUp.size;
      const timestampMs = tags[0]?.timestampMs ?? 0;
      for (const kind of ['script', 'video', 'audio'] as const) {
        const tag = setUp.get(kind);
        if (tag) connection.send({ ...tag, timestampMs });
      }
      flush();
    },
    detach: () => {
      publisher = undefined;
    },
    flush,
    acknowledged: (count) => {
      const upTo = Math.min(count - ahead, sentTags);
      for (; arrivedTags < upTo; arrivedTags++) {
        const tag = tags[arrivedTags];
        if (tag && !tag.header && tag.kind !== 'script')
          arrived[tag.kind] = Math.max(arrived[tag.kind] ?? 0, tag.timestampMs);
      }
      free();
    },
    get full() {
      const heldMs = (tags.at(-1)?.timestampMs ?? 0) - (tags[0]?.timestampMs ?? 0);
      return heldBytes > LIMITS.tagBytes || heldMs > LIMITS.tagMs;
    },
    get empty() {
      return sentTags === tags.length;
    },
    get published() {
      const { video, audio } = published;
      return reached({ ...(video && { video: video.ms }), ...(audio && { audio: audio.ms }) });
    },
    get arrived() {
      return reached(arrived);
    },
    get bytes() {
      return bytes;
    },
    get frames() {
      return frames;
    },
  };
};
