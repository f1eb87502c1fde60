const MINUTE_MS = 60_000;
/** Beyond this many addresses within a minute the oldest are forgotten. */
const ADDRESSES = 10_000;

/** Counts handshakes of each address by the minute (SPEC §L). */
export const createHandshakes = ({
  perMinute,
  clock,
}: {
  perMinute: number;
  clock: () => number;
}): { allow: (address: string) => boolean } => {
  const seen = new Map<string, { sinceMs: number; count: number }>();
  return {
    allow: (address) => {
      const nowMs = clock();
      const known = seen.get(address);
      if (known && nowMs - known.sinceMs < MINUTE_MS) return ++known.count <= perMinute;
      seen.delete(address);
      seen.set(address, { sinceMs: nowMs, count: 1 });
      if (seen.size > ADDRESSES) seen.delete(seen.keys().next().value ?? '');
      return perMinute > 0;
    },
  };
};
