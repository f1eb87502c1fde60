import { LIMITS } from '../limits.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import { OUTPUT_OFFSET_MS } from '../media/ffmpeg-args.ts';
import type { Reached } from '../media/ring.ts';
import type { Publisher } from './publisher.ts';

/**
 * Keeps encoded tags until the server has acknowledged them. It stands between the encoder, which may be restarted, and the
 * publisher, which may be reconnected: every tag is sent once, in order, and again where a connection was lost (SPEC §P).
 */
export type ReplayBuffer = {
  /** Another encoder makes the tags from now on. It begins before the place where the last one stopped. */
  encoderStarted(): void;
  /** Takes a tag from the encoder; a tag that an earlier encoder has made already is dropped. */
  take(tag: FlvTag): void;
  /** Sends through this connection from now on: set-up first, then from the first GOP that is not acknowledged in full. */
  attach(publisher: Publisher): void;
  /** The connection is lost; tags are only kept. */
  detach(): void;
  /** Sends what waits; to be called when the connection can be written to again. */
  flush(): void;
  /** The server has acknowledged the first `tags` tags of this connection. */
  acknowledge(tags: number): void;
  /** As much is held as may be: the encoder has to wait. */
  readonly full: boolean;
  /** Everything held has been sent. */
  readonly empty: boolean;
  /** How far encoding has come, by the container stream's clock: a crash of the encoder loses nothing before it. */
  readonly encoded: Reached;
  /** How far the server has acknowledged, by the same clock. */
  readonly acknowledged: Reached;
  /** Bytes sent so far, over all connections. */
  readonly sentBytes: number;
  /** Pictures sent so far, over all connections. */
  readonly sentFrames: number;
};

type Track = 'audio' | 'video';
/** How far a track has come, and how many of its tags have that very time: recorders give two pictures in a millisecond. */
type Newest = { ms: number; tags: number };

const costOf = ({ body }: FlvTag): number => body.byteLength + LIMITS.tagCostBytes;

export const createReplayBuffer = (): ReplayBuffer => {
  /** Tags from the newest key frame on before which all is acknowledged. */
  let tags: FlvTag[] = [];
  let heldBytes = 0;
  let acknowledgedTags = 0;
  let sentTags = 0;
  /** The set-up that is in force at `tags[0]`. */
  const setUp = new Map<FlvTag['kind'], FlvTag>();
  /** The set-up that was last taken together with its media. */
  const inForce = new Map<FlvTag['kind'], FlvTag>();
  /** Set-up that still waits for its media. */
  const untimed = new Map<FlvTag['kind'], FlvTag>();
  const encoded: Partial<Record<Track, Newest>> = {};
  /** How much of that the present encoder makes a second time. */
  let repeated: Partial<Record<Track, Newest>> = {};
  const acknowledged: Partial<Record<Track, number>> = {};
  let publisher: Publisher | undefined;
  /** What is taken waits: for the connection, or for the next turn. */
  let congested = false;
  let later: NodeJS.Immediate | undefined;
  /** The connection's own count of tags minus the count in `tags`. */
  let ahead = 0;
  let sentBytes = 0;
  let sentFrames = 0;

  const push = (tag: FlvTag): void => {
    tags.push(tag);
    heldBytes += costOf(tag);
  };

  const flush = (): void => {
    clearImmediate(later);
    if (!publisher) return;
    congested = false;
    for (let left: number = LIMITS.tagsATurn; sentTags < tags.length && !congested; left--) {
      if (left === 0) {
        // Whoever held tens of thousands of tiny ones for a new connection would keep all others waiting.
        congested = true;
        later = setImmediate(flush);
        return;
      }
      const tag = tags[sentTags];
      if (!tag) return;
      sentTags++;
      sentBytes += tag.body.byteLength;
      if (tag.kind === 'video') sentFrames++;
      congested = !publisher.send(tag);
    }
  };

  /** Pushes the set-up that waited for this media before it: new set-up before any media, a replacement only before its own. */
  const pushSetUp = ({ kind, timestampMs }: FlvTag): void => {
    for (const [of, tag] of untimed) {
      if (inForce.has(of) && of !== kind && of !== 'script') continue;
      untimed.delete(of);
      inForce.set(of, tag);
      push({ ...tag, timestampMs });
    }
  };

  const isRepeated = ({ kind, timestampMs }: FlvTag): boolean => {
    if (kind === 'script') return false;
    const { [kind]: before } = repeated;
    if (!before || timestampMs > before.ms) return false;
    return timestampMs < before.ms || before.tags-- > 0;
  };

  const count = ({ kind, timestampMs }: FlvTag): void => {
    if (kind === 'script') return;
    const newest = encoded[kind];
    if (newest?.ms === timestampMs) newest.tags++;
    else encoded[kind] = { ms: timestampMs, tags: 1 };
  };

  /** Frees whole GOPs that are acknowledged, and parts of one where a GOP is longer than what may be held. */
  const free = (): void => {
    const whole = tags.findLastIndex((tag, index) => tag.key && index <= acknowledgedTags);
    letGo(heldBytes > LIMITS.tagBytes ? Math.max(whole, Math.min(acknowledgedTags, sentTags)) : whole);
  };

  const letGo = (count: number): void => {
    if (count <= 0) return;
    for (const tag of tags.slice(0, count)) {
      heldBytes -= costOf(tag);
      if (tag.header) setUp.set(tag.kind, tag);
    }
    tags = tags.slice(count);
    sentTags -= count;
    acknowledgedTags -= count;
    ahead += count;
  };

  const reached = (times: Partial<Record<Track, number>>): Reached => ({
    videoMs: times.video === undefined ? undefined : times.video - OUTPUT_OFFSET_MS,
    audioMs: times.audio === undefined ? undefined : times.audio - OUTPUT_OFFSET_MS,
  });

  return {
    encoderStarted: () => {
      const { video, audio } = encoded;
      repeated = { ...(video && { video: { ...video } }), ...(audio && { audio: { ...audio } }) };
    },
    take: (tag) => {
      if (tag.header || tag.kind === 'script') {
        // FFmpeg stamps set-up with 0; it belongs to the media that follows it. Where media is encoded a second time, only its
        // last set-up counts, and that only if it is not in force already.
        if (inForce.get(tag.kind)?.body.equals(tag.body)) untimed.delete(tag.kind);
        else untimed.set(tag.kind, tag);
        return;
      }
      if (isRepeated(tag)) return;
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
      acknowledgedTags = Math.max(0, acknowledgedTags);
      ahead = setUp.size;
      const timestampMs = tags[0]?.timestampMs ?? 0;
      for (const kind of ['script', 'video', 'audio'] as const) {
        const tag = setUp.get(kind);
        if (tag) connection.send({ ...tag, timestampMs });
      }
      flush();
    },
    detach: () => {
      clearImmediate(later);
      publisher = undefined;
    },
    flush,
    acknowledge: (count) => {
      const upTo = Math.min(count - ahead, sentTags);
      for (; acknowledgedTags < upTo; acknowledgedTags++) {
        const tag = tags[acknowledgedTags];
        if (tag && !tag.header && tag.kind !== 'script')
          acknowledged[tag.kind] = Math.max(acknowledged[tag.kind] ?? 0, tag.timestampMs);
      }
      free();
    },
    get full() {
      return heldBytes > LIMITS.tagBytes;
    },
    get empty() {
      return sentTags === tags.length;
    },
    get encoded() {
      const { video, audio } = encoded;
      return reached({ ...(video && { video: video.ms }), ...(audio && { audio: audio.ms }) });
    },
    get acknowledged() {
      return reached(acknowledged);
    },
    get sentBytes() {
      return sentBytes;
    },
    get sentFrames() {
      return sentFrames;
    },
  };
};
