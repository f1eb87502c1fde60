/** Most networks that go are back within half a minute, and each second more is one in which a viewer's picture may stop. */
const WAITS_MS = [0, 300, 1_200, ...Array<number>(10).fill(2_500)];
/** After it: whoever is away for longer is not waited for by the second, and one address has many creators. */
const LONGEST_MS = 7_000;
/** The first two attempts are immediate for the one viewer who watches; later ones spread a crowd that fell at once. */
const JITTER_FROM_ATTEMPT = 2;
const JITTER = 0.3;

/**
 * How long to wait before attempt `attempt` (from 0) at a connection: 0, 0.3, 1.2, ten times 2.5 s and then every 7 s,
 * from the third on up to 30 % shorter or longer.
 *
 * @param random from 0 to 1
 */
export const waitMs = (attempt: number, random: number): number => {
  const wait = WAITS_MS[attempt] ?? LONGEST_MS;
  return attempt < JITTER_FROM_ATTEMPT ? wait : Math.round(wait * (1 + JITTER * (2 * random - 1)));
};
