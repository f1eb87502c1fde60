/**
 * Who watches. A viewer is somebody who plays: the player tells of its own progress, so that an open page, a socket or a studio
 * counts for nothing, and what has gone silent is gone.
 */
export const PRESENCE = {
  /** How often a player tells that it has gone on. */
  beatEveryMs: 15_000,
  /** Who has not been heard of for this long has gone: one beat, and two seconds for its way. */
  goneAfterMs: 17_000,
  /** How often viewers are counted: with the time above, a page is right within 20 s. */
  countEveryMs: 2_500,
  /** What was counted longer ago than this says nothing of now. */
  staleAfterMs: 12_000,
  /** One point of the curve. */
  curveStepMs: 10_000,
  /** More than twice as many are told by a sample of about this size: then what we take in does not grow with an audience. */
  sample: 2_000,
} as const;

/** A person by user id, or a browser by what it calls itself: ten tabs are one. */
export type Viewer = string;

/** What a browser may call itself: 16 to 64 of the characters of base64url. */
export const BROWSER_ID = /^[\w-]{16,64}$/;

/** Of how many viewers one tells of itself: 1, or a power of two where there are so many. Falls later than it rises. */
export const samplingFor = (viewers: number, oneIn: number): number => {
  let next = oneIn;
  while (viewers / next > 2 * PRESENCE.sample) next *= 2;
  while (next > 1 && viewers / next < PRESENCE.sample / 2) next /= 2;
  return next;
};

/** Whether this viewer is one of those who tell of themselves; always the same one for the same show. */
export const isSampled = (viewer: Viewer, streamId: string, oneIn: number): boolean =>
  oneIn <= 1 || fnv1a(`${streamId}/${viewer}`) % oneIn === 0;

/** FNV-1a, 32 bits: both ends reckon it alike, and a browser does at once. Its lowest bits are mixed once more. */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
};
