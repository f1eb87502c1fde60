/** How much is kept; what was used longest ago goes first. */
const ENTRIES = 500;
/** As the cache policy `Crowds` of `constructs/site.ts` has it, whatever an answer allows. */
const MOST_MS = 5_000;

type Kept = { status: number; headers: [string, string][]; body: ArrayBuffer; until: number; at: number };
type Fetch = (request: Request) => Response | Promise<Response>;

const isForAll = (control: string): boolean =>
  /(?:^|[\s,])public\b/.test(control) && !/no-store|no-cache/.test(control);
const sharedSeconds = (control: string): number =>
  Number(/s-maxage=(\d+)/.exec(control)?.[1] ?? /(?:^|[\s,])max-age=(\d+)/.exec(control)?.[1] ?? 0);

/**
 * What CloudFront is to the one address that crowds ask: an answer that is for all is kept as long as it says, under its path alone; of
 * those who ask while it is fetched one goes on to the rooms, and the others wait for what that one gets. An answer that is for one
 * person, or a refusal, is for whoever asked, and the others ask for themselves.
 *
 * @param now in milliseconds
 */
export const createEdgeCache = ({ now = Date.now }: { now?: () => number } = {}) => {
  const kept = new Map<string, Kept>();
  const fetching = new Map<string, Promise<Kept | undefined>>();

  const keep = (path: string, entry: Kept): void => {
    kept.delete(path);
    kept.set(path, entry);
    const [oldest] = kept.keys();
    if (kept.size > ENTRIES && oldest !== undefined) kept.delete(oldest);
  };

  const answer = ({ status, headers, body, at }: Kept, how: 'Hit' | 'Miss'): Response =>
    new Response(body, {
      status,
      headers: [
        ...headers,
        ['age', String(Math.floor((now() - at) / 1_000))],
        ['x-cache', `${how} from the local edge`],
      ],
    });

  return async (request: Request, fetch: Fetch): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const there = kept.get(path);
    if (there && there.until > now()) return answer(there, 'Hit');
    const others = fetching.get(path);
    const theirs = others && (await others);
    if (theirs) return answer(theirs, 'Hit');

    let settle: (entry: Kept | undefined) => void = () => {};
    const mine = new Promise<Kept | undefined>((resolve) => (settle = resolve));
    if (!fetching.has(path)) fetching.set(path, mine);
    let entry: Kept | undefined;
    try {
      const response = await fetch(request);
      const control = response.headers.get('cache-control') ?? '';
      if (response.status !== 200 || !isForAll(control)) return response;
      const at = now();
      const body = await response.arrayBuffer();
      entry = {
        status: 200,
        headers: [...response.headers],
        body,
        at,
        until: at + Math.min(MOST_MS, sharedSeconds(control) * 1_000),
      };
      keep(path, entry);
      return answer(entry, 'Miss');
    } finally {
      if (fetching.get(path) === mine) fetching.delete(path);
      settle(entry);
    }
  };
};
