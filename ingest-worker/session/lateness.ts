/** The newest media of a feed, by its own clock, and when it was there. */
type Sight = { atMs: number; newestMs: number };

/** Least lateness within a second. */
type Second = { at: number; leastMs: number };

/** Feeds are judged by four stretches of this many seconds, one after the other: a clock that stands still touches three at most. */
const STRETCH_SECONDS = 5;
const STRETCHES = 4;
/** The newest seconds judge beside the stretches, so that lateness is soon over when it is over. */
const NEWEST_SECONDS = 2;
/** Lateness that is forgotten: the newest is compared with none that is older. */
const MEMORY_SECONDS = 30;
/** A feed has become later by this much a second: far more than two clocks drift apart. */
const LATER_MS_A_SECOND = 40;
/** A feed that is late is later by this much in all. */
const LATE_MS = 1_500;

/** Tells whether media comes more slowly than it is made. */
export type Lateness = {
  /**
   * To be called when media has come, and once a second where none does.
   *
   * @param held we keep the client waiting: that it is late is not its own doing
   */
  see(sight: Sight, held: boolean): void;
  readonly isGrowing: boolean;
};

/**
 * Measures by how much a feed has become later in the last 10 to 30 s, and not how late it is: a burst at the beginning, or a
 * clock that once stood still, moves the one for ever and the other once. Of each second the moment counts at which the feed was
 * least late, so that it does not matter in how large pieces it comes. Only one that becomes later all the time is too slow.
 */
export const createLateness = (): Lateness => {
  let seconds: Second[] = [];

  /** Over a number of seconds up to the one `back` seconds ago. */
  const least = (length: number, back: number): number | undefined => {
    const newest = (seconds.at(-1)?.at ?? 0) - back;
    const within = seconds.filter(({ at }) => at <= newest && at > newest - length).map(({ leastMs }) => leastMs);
    return within.length === 0 ? undefined : Math.min(...within);
  };

  const grew = (length: number, back: number): boolean => {
    const [later, earlier] = [least(length, back), least(length, back + length)];
    if (later === undefined || earlier === undefined) return false;
    return later - earlier > LATER_MS_A_SECOND * length;
  };

  return {
    see: ({ atMs, newestMs }, held) => {
      if (held) seconds = [];
      const at = Math.floor(atMs / 1_000);
      const lateMs = atMs - newestMs;
      const last = seconds.at(-1);
      if (last?.at === at) last.leastMs = Math.min(last.leastMs, lateMs);
      else seconds = [...seconds.filter((second) => second.at > at - MEMORY_SECONDS), { at, leastMs: lateMs }];
    },
    get isGrowing() {
      for (let back = 0; back < STRETCHES - 1; back++) if (!grew(STRETCH_SECONDS, back * STRETCH_SECONDS)) return false;
      const [now, best] = [least(STRETCH_SECONDS, 0), least(MEMORY_SECONDS, 0)];
      return grew(NEWEST_SECONDS, 0) && now !== undefined && best !== undefined && now - best > LATE_MS;
    },
  };
};
