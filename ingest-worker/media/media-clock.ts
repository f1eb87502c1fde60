import * as z from 'zod/mini';

/**
 * One track of a recording's clock, in ms: what is added to its times; its newest time with that added; and that of the last sample with
 * a question of its own, which in a fragment of MP4 is its first.
 */
const TrackClock = z.object({ shiftMs: z.number(), newestMs: z.number(), askedMs: z.optional(z.number()) });
type Track = z.infer<typeof TrackClock>;
type Kind = 'video' | 'audio';
const ClockState = z.object({
  video: z.optional(TrackClock),
  audio: z.optional(TrackClock),
  /** What follows may lie any time ahead. */
  leaping: z.optional(z.literal(true)),
});
/** All that a clock knows: with it another one goes on where this one stands. */
export type ClockState = z.infer<typeof ClockState>;

/** A state as a lease keeps it, for another worker. */
export const toText = (state: ClockState): string => JSON.stringify(state);

/**
 * A state out of a lease; undefined where there is none in it.
 * @param leftOut media is missing between what it tells of and what comes now
 */
export const parseClock = (text: string, leftOut: boolean): ClockState | undefined => {
  try {
    const { data } = ClockState.safeParse(JSON.parse(text));
    return data && leftOut ? { ...data, leaping: true } : data;
  } catch {
    return undefined;
  }
};

/**
 * Makes one clock of a recording's, which may jump: a laptop slept, a recorder began again, a device counts from its boot
 * (SPEC E15). A jump of one track is followed by the other where that is how it goes on, so that both stay together.
 */
export type MediaClock = {
  /** What to add to a sample's time of `rawMs`, in ms. Samples are told in the order in which they lie in the stream. */
  shift(kind: Kind, rawMs: number): number;
  /** A sample that follows the one before without a question of its own, such as the last of a fragment. */
  reach(kind: Kind, ms: number): void;
  /** What follows may lie any time ahead: the sender has left out what was between. */
  leap(): void;
  /** A copy of what it knows now. */
  readonly state: ClockState;
};

/** Further ahead than this of all that has come, and the clock has jumped. */
const AHEAD_MS = 2_000;
/** Further back than this of its own track, and it has jumped back; pictures come up to this much out of order. */
const BACK_MS = 1_000;
/** Within this of the newest sample, or of its own newest, a track is held to go on as it did. */
const NEAR_MS = 500;
/** So long after the newest sample comes the first one after a jump: about one picture. */
const STEP_MS = 40;

export const createMediaClock = (from: ClockState = {}): MediaClock => {
  const tracks = copyOf(from);
  let leaping = from.leaping === true;

  const newestMs = (): number | undefined => {
    const { video, audio } = tracks;
    return video && audio ? Math.max(video.newestMs, audio.newestMs) : (video ?? audio)?.newestMs;
  };

  const choose = (kind: Kind, rawMs: number): number => {
    const own = tracks[kind];
    const other = tracks[kind === 'video' ? 'audio' : 'video'];
    const newest = newestMs();
    const isPossible = ({ shiftMs }: { shiftMs: number }): boolean =>
      (leaping || rawMs + shiftMs <= (newest ?? 0) + AHEAD_MS) && rawMs + shiftMs >= (own?.newestMs ?? 0) - BACK_MS;
    const isNear = ({ shiftMs }: { shiftMs: number }, ms: number | undefined): boolean =>
      leaping || (ms !== undefined && Math.abs(rawMs + shiftMs - ms) <= NEAR_MS);
    if (other && !own && isPossible(other)) return other.shiftMs;
    // First where it stopped itself: in a fragment of MP4 all of one track comes before the other. Then where all else has come to.
    // Where both have jumped, the one that comes second goes the way of the first.
    for (const ms of [own?.newestMs, newest])
      for (const track of [own, other]) if (track && isPossible(track) && isNear(track, ms)) return track.shiftMs;
    if (own && isPossible(own)) return own.shiftMs;
    const begin = beginMs(own, other);
    if (begin !== undefined) return begin + STEP_MS - rawMs;
    return isPossible({ shiftMs: 0 }) ? 0 : -rawMs;
  };

  /**
   * After what a track begins that has jumped: what it had itself, and as much of the other as lies before it. In fragments all of the
   * other track that is of the same time may have come already, so that only its beginning lies before: it then began where this track
   * had come to, and did not end there.
   */
  const beginMs = (own: Track | undefined, other: Track | undefined): number | undefined => {
    if (other === undefined) return own?.newestMs;
    const { newestMs: endMs, askedMs = endMs } = other;
    if (own === undefined) return askedMs;
    const isOfSameTime = Math.abs(askedMs - own.newestMs) < Math.abs(endMs - own.newestMs);
    return Math.max(own.newestMs, isOfSameTime ? askedMs : endMs);
  };

  const reach = (kind: Kind, ms: number): void => {
    const track = tracks[kind];
    if (track) track.newestMs = Math.max(track.newestMs, ms);
  };

  return {
    shift: (kind, rawMs) => {
      const shiftMs = choose(kind, rawMs);
      leaping = false;
      const before = tracks[kind]?.newestMs ?? -Infinity;
      const askedMs = rawMs + shiftMs;
      tracks[kind] = { shiftMs, newestMs: Math.max(before, askedMs), askedMs };
      return shiftMs;
    },
    reach,
    leap: () => {
      leaping = true;
    },
    get state() {
      return { ...copyOf(tracks), ...(leaping && { leaping }) };
    },
  };
};

const copyOf = ({ video, audio }: ClockState): Omit<ClockState, 'leaping'> => ({
  ...(video && { video: { ...video } }),
  ...(audio && { audio: { ...audio } }),
});
