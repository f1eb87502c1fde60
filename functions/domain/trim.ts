import { type Asset, recordingOf } from './asset.ts';
import type { StreamId } from './ids.ts';

/**
 * A wish to have less of a recording: Mux makes another asset of it, and the one before goes once that is ready. `from` and `to` are
 * seconds of the asset `of`; `at`, in milliseconds since 1970, tells one from another.
 */
export type Trim = {
  at: number;
  of: string;
  from: number;
  to: number;
  /** When it was given up. */
  lostAt?: number | undefined;
};

export const TRIM_LIMITS = {
  /** What is left of a recording. */
  leastSeconds: 1,
  perStream: 20,
  /** Mux makes them in less than the length of the recording. */
  giveUpMs: 6 * 60 * 60_000,
} as const;

type Trimmed = { assets: readonly Asset[]; trims?: readonly Trim[] | undefined };

/** What an asset says of itself at Mux, by which it is known as a trim's. */
export const trimPassthrough = (id: StreamId, at: number): string => `vybzz:trim:${id}:${at}`;

/** The recording as it was trimmed last, if it was. */
export const trimmedAsset = ({ assets, trims = [] }: Trimmed): { asset: Asset; trim: Trim } | undefined => {
  for (const trim of trims.toReversed()) {
    const asset = assets.find(({ trimAt }) => trimAt === trim.at);
    if (asset && recordingOf(asset) === 'ready') return { asset, trim };
  }
  return undefined;
};

/** What has been cut off: how far into the show it now begins, and how long all of it was, in seconds. */
export const cutOff = (stream: Trimmed): { startSeconds: number; wholeSeconds?: number | undefined } | undefined => {
  let trim = trimmedAsset(stream)?.trim;
  let startSeconds = 0;
  let source: Asset | undefined;
  if (!trim) return undefined;
  while (trim) {
    startSeconds += trim.from;
    const { of }: Trim = trim;
    source = stream.assets.find(({ id }) => id === of);
    trim = stream.trims?.find(({ at }) => at === source?.trimAt);
  }
  return { startSeconds, wholeSeconds: source?.duration?.is };
};

/** What the newest trim has come to: undefined where there is none, or it is what people get. */
export const trimming = ({ assets, trims = [] }: Trimmed): 'preparing' | 'failed' | undefined => {
  const last = trims.at(-1);
  if (!last) return undefined;
  const asset = assets.find(({ trimAt }) => trimAt === last.at);
  const is = asset && recordingOf(asset);
  if (is === 'ready') return undefined;
  return is === 'failed' || last.lostAt !== undefined ? 'failed' : 'preparing';
};

/** What a trim that is ready has taken the place of. */
export const superseded = (stream: Trimmed): readonly Asset[] => {
  const kept = trimmedAsset(stream);
  if (!kept) return [];
  const earlier = stream.trims?.filter(({ at }) => at <= kept.trim.at) ?? [];
  return stream.assets.filter(
    (asset) => asset !== kept.asset && earlier.some(({ of, at }) => of === asset.id || at === asset.trimAt),
  );
};
