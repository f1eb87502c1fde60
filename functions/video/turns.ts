import type { Rate, Taken } from '#store/limits';

/**
 * What Mux takes from one account, all of our functions together: one POST a second after a burst, and five of anything else
 * (mux.com/docs, "API rate limits"). Ours are no higher, so that it is we who say which call waits.
 */
export const MUX_RATES = {
  post: { burst: 5, everyMs: 1_000 },
  other: { burst: 10, everyMs: 200 },
} as const satisfies Record<string, Rate>;

/** Of that, what one person can have, half at most: the rest is for all others, whatever that one asks for at once. */
export const MUX_SHARES = {
  post: { burst: 4, everyMs: 2_000 },
  other: { burst: 6, everyMs: 400 },
} as const satisfies Record<keyof typeof MUX_RATES, Rate>;

type Parts = {
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  clock: () => Date;
  /** Whose wish it is; undefined where it is nobody's in particular. */
  whose: () => string | undefined;
  /** @default fetch */
  send?: typeof fetch;
};

/**
 * Sends to Mux in turn. The turns are in the table, for every function; who has none hears at once what Mux itself would say a
 * moment later: 429, and when to come again, which `patience.ts` heeds.
 */
export const inTurn =
  ({ limits, clock, whose, send = fetch }: Parts): typeof fetch =>
  async (request, init) => {
    const kind = (init?.method ?? 'GET').toUpperCase() === 'POST' ? 'post' : 'other';
    const take = (who: string, rate: Rate): Promise<Taken> => limits.take(`mux:${kind}`, who, rate, clock().getTime());
    const who = whose();
    // one's own share first: whoever has spent it takes nothing from the others' turns
    const own = who === undefined ? undefined : await take(who, MUX_SHARES[kind]);
    const taken = own?.allowed === false ? own : await take('account', MUX_RATES[kind]);
    if (taken.allowed) return send(request, init);
    const seconds = String(Math.max(0, taken.retryAfterMs) / 1_000);
    return new Response(null, { status: 429, headers: { 'retry-after': seconds } });
  };
