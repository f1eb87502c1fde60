/** An address that stands outside of our own pages: what is a path on our origin gets it. */
export const absoluteOn =
  (origin: string) =>
  (url: string | undefined): string | undefined =>
    url === undefined ? undefined : new URL(url, origin).href;
