/**
 * What Mux has told about one asset: one unbroken recording of a live stream. Mux promises neither order nor once-only delivery, so
 * what is kept are facts that merge: the same news in any order and any number leave the same facts (`asset.test.ts` holds it).
 *
 * | fact | is | of two words |
 * | --- | --- | --- |
 * | `seenAt` | the earliest stamp that speaks of it: tells the newer of two assets | the earlier |
 * | `activeAt` | when it was first playable | the earlier |
 * | `link` | whether the encoder feeds it: `up`, `down` (the reconnect window runs) | the newer |
 * | `overAt` | when its recording was closed, which is for good | the earlier |
 * | `status`, `playback`, `duration` | what there is to play afterwards | the newer |
 * | `trimAt` | which trim of a recording it is (`trim.ts`); of one that an encoder filled there is none | they are one |
 *
 * Stamps (`at`, and all that end in `At` but `trimAt`) are Mux's `created_at` in microseconds since 1970.
 */
export type Asset = {
  id: string;
  seenAt: number;
  activeAt?: number | undefined;
  overAt?: number | undefined;
  link?: Told<'up' | 'down'> | undefined;
  status?: Told<AssetStatus> | undefined;
  playback?: Told<string> | undefined;
  duration?: Told<number> | undefined;
  trimAt?: number | undefined;
};

export type AssetStatus = 'preparing' | 'ready' | 'errored' | 'deleted';

/** A word and when it was said. */
export type Told<Value extends string | number> = { is: Value; at: number };

/** What one webhook says of an asset: the facts that it knows. */
export type AssetNews = Asset;

/** Two accounts of one asset as one. */
export const merged = (a: Asset, b: AssetNews): Asset => ({
  id: a.id,
  seenAt: Math.min(a.seenAt, b.seenAt),
  ...present('activeAt', earlier(a.activeAt, b.activeAt)),
  ...present('overAt', earlier(a.overAt, b.overAt)),
  ...present('link', newer(a.link, b.link)),
  ...present('status', newer(a.status, b.status)),
  ...present('playback', newer(a.playback, b.playback)),
  ...present('duration', newer(a.duration, b.duration)),
  ...present('trimAt', earlier(a.trimAt, b.trimAt)),
});

/** The recording that an asset is: nothing before it was playable, `ready` once it is both closed and processed. */
export const recordingOf = (asset: Asset): 'none' | 'preparing' | 'ready' | 'failed' => {
  if (asset.status?.is === 'errored' || asset.status?.is === 'deleted') return 'failed';
  if (asset.activeAt === undefined && asset.status === undefined) return 'none';
  return asset.overAt !== undefined && asset.status?.is === 'ready' && asset.playback ? 'ready' : 'preparing';
};

/** Whether media reaches viewers by this asset, as far as Mux has told. */
export const isFed = (asset: Asset): boolean =>
  asset.activeAt !== undefined && asset.overAt === undefined && asset.link?.is === 'up';

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** Where two words bear one stamp, the greater one wins: the outcome must not hang on which came first. */
const newer = <Value extends string | number>(
  a: Told<Value> | undefined,
  b: Told<Value> | undefined,
): Told<Value> | undefined => {
  if (!a || !b) return a ?? b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return a.is >= b.is ? a : b;
};

const present = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed name widens to string
  (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
