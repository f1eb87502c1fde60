/**
 * Which hosts may be judged by their silence (SPEC P9). A break of the rhythm with no other sign of a stall may be a habit of the
 * server's; where that happens `rhythmBreaks` times within `rhythmMemoryMs`, the rule is off for the host until it is forgotten.
 */
export type RhythmTrust = {
  isTrusted(host: string): boolean;
  /** A connection was broken for its silence alone. */
  brokeAlone(host: string): void;
};

type Parts = { limits: { rhythmBreaks: number; rhythmMemoryMs: number }; now: () => number };

/** A worker publishes to a handful of hosts; the one that was first noted is forgotten beyond this many. */
const HOSTS = 64;

export const createRhythmTrust = ({ limits, now }: Parts): RhythmTrust => {
  const breaks = new Map<string, number[]>();
  const recent = (host: string): number[] =>
    (breaks.get(host) ?? []).filter((at) => now() - at < limits.rhythmMemoryMs);
  return {
    isTrusted: (host) => recent(host).length < limits.rhythmBreaks,
    brokeAlone: (host) => {
      breaks.set(host, [...recent(host), now()]);
      const [oldest] = breaks.keys();
      if (breaks.size > HOSTS && oldest !== undefined) breaks.delete(oldest);
    },
  };
};
