export type Bitrate = {
  kbps: number;
  /** When it was last changed. */
  changedMs: number;
  /** Since when there has been no backlog to speak of. */
  calmSinceMs: number | undefined;
  backlogMs: number;
};

export type BitrateLimits = { videoKbps: number; leastVideoKbps: number };

const BACKLOG_MS = 1_500;
const CALM_MS = 600;
/** Growth between two looks that is more than the pace of writing. */
const GROWTH_MS = 100;
/** An encoder needs a moment to come down, and the uplink to show it. */
const BETWEEN_CUTS_MS = 2_000;
const BETWEEN_RAISES_MS = 6_000;
const CUT = 0.7;
const RAISE = 1.2;

export const startBitrate = (kbps: number, nowMs: number): Bitrate => ({
  kbps,
  changedMs: nowMs,
  calmSinceMs: undefined,
  backlogMs: 0,
});

/**
 * The bitrate that the uplink holds: down while the backlog grows, up again in small steps when it has been gone for a while.
 * A backlog that only stands or shrinks is a network that came back, and no reason to spoil the picture. To be asked about
 * once a second, and not while there is no connection at all: then no bitrate helps.
 */
export const adaptBitrate = (was: Bitrate, backlogMs: number, nowMs: number, limits: BitrateLimits): Bitrate => {
  const grows = backlogMs > BACKLOG_MS && backlogMs > was.backlogMs + GROWTH_MS;
  const calmSinceMs = backlogMs < CALM_MS ? (was.calmSinceMs ?? nowMs) : undefined;
  const unchanged = { ...was, calmSinceMs, backlogMs };
  if (grows && nowMs - was.changedMs >= BETWEEN_CUTS_MS) {
    const kbps = Math.max(limits.leastVideoKbps, Math.round(was.kbps * CUT));
    return kbps === was.kbps ? unchanged : { ...unchanged, kbps, changedMs: nowMs };
  }
  const calmForMs = calmSinceMs === undefined ? 0 : nowMs - Math.max(calmSinceMs, was.changedMs);
  if (calmForMs >= BETWEEN_RAISES_MS && was.kbps < limits.videoKbps)
    return { ...unchanged, kbps: Math.min(limits.videoKbps, Math.round(was.kbps * RAISE)), changedMs: nowMs };
  return unchanged;
};
