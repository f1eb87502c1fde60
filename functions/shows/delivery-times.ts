/** How an audience is looked after, in milliseconds. */
export const DELIVERY = {
  /** Chat and reactions of this long go out together. */
  tickMs: 250,
  /** How long an audience waits for somebody who has died while delivering to it. */
  leaseMs: 6_000,
  renewMs: 1_500,
  /** A lease with less left than this has not been renewed in time. */
  suspectMs: 4_000,
  /** After so long the work is handed on: a Lambda has a minute. */
  shiftMs: 45_000,
  membersKeptMs: 5_000,
  /** A number that was taken and not yet written is waited for so long, and then passed by. */
  missingMs: 600,
  /** An audience in which something happened is looked after a little longer. */
  lingerMs: 3_000,
} as const;
