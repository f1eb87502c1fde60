type Parts = { fetch: typeof globalThis.fetch; now: () => number };

const PATIENCE_MS = 5_000;

/**
 * How far this machine's clock is behind the server's, in milliseconds, by the server's `Date`: true to a second and the way there.
 * Where the server cannot be asked the clock is taken as right.
 */
export const clockBehindMs = async ({ fetch, now }: Parts): Promise<number> => {
  const askedAt = now();
  try {
    const { headers } = await fetch('/auth/config', {
      method: 'GET',
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const serverMs = Date.parse(headers.get('date') ?? '');
    return Number.isNaN(serverMs) ? 0 : serverMs - (askedAt + now()) / 2;
  } catch {
    return 0;
  }
};
