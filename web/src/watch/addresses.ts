/**
 * What a playlist leads to, in its order, as whole addresses.
 *
 * @param text an HLS playlist (RFC 8216)
 * @param from its own address
 */
export const addressesIn = (text: string, from: string): string[] =>
  [...text.matchAll(/^(?!#)(\S.*)$|URI="([^"]+)"/gm)].map(
    ([, line, attribute]) => new URL((line ?? attribute ?? '').trim(), from).href,
  );

/**
 * By which address each of those is asked for from now on that a playlist led to before: both were made of the same renditions, each
 * signed for its time. Nothing where another number of them is there now.
 */
export const renewedAddresses = (before: readonly string[], now: readonly string[]): ReadonlyMap<string, string> =>
  new Map(before.length === now.length ? before.map((address, at) => [address, now[at] ?? address]) : []);

/** The address that is asked for, with the token of another one where both have one. */
export const withTokenOf = (asked: string, current: string): string => {
  const token = new URL(current).searchParams.get('token');
  const url = new URL(asked);
  if (token === null || !url.searchParams.has('token') || url.searchParams.get('token') === token) return asked;
  url.searchParams.set('token', token);
  return url.href;
};
