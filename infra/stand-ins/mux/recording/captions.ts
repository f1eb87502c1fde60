import { newId } from '../ids.ts';
import type { Limits } from '../limits.ts';
import type { AssetRecord, GeneratedSubtitles, TextTrack } from '../records.ts';
import type { Store } from '../store.ts';
import { toTextTrack } from '../views.ts';
import type { Announce } from '../webhooks/events.ts';
import type { Segment } from './timeline.ts';

type Parts = { store: Pick<Store, 'assets'>; announce: Announce; limits: Limits; closing: AbortSignal };

/** Tracks of what is said. Nothing here hears: a cue tells which second it is of. */
export type Captions = {
  /** Asks for them: the asset has them from now on, and not ready. */
  begin: (assetId: string, wanted: readonly GeneratedSubtitles[], source: TextTrack['text_source']) => void;
  /** There is something to be written along: they are ready a while after this. */
  heard: (assetId: string) => void;
};

export const createCaptions = ({ store, announce, limits, closing }: Parts): Captions => {
  const { assets } = store;
  const tell = (what: 'created' | 'ready', { id }: AssetRecord, track: TextTrack): void =>
    announce(`video.asset.track.${what}`, { type: 'track', id: track.id }, { ...toTextTrack(track), asset_id: id });

  const settle = (assetId: string): void => {
    const ready: TextTrack[] = [];
    const asset = assets.update(assetId, (record) => ({
      ...record,
      text_tracks: record.text_tracks?.map((track) => {
        if (track.status === 'ready') return track;
        const now = { ...track, status: 'ready' as const };
        ready.push(now);
        return now;
      }),
    }));
    if (asset) for (const track of ready) tell('ready', asset, track);
  };

  const heard = (assetId: string): void => {
    if (!assets.get(assetId)?.text_tracks?.some(({ status }) => status === 'preparing')) return;
    const timer = setTimeout(() => settle(assetId), limits.captionsMs);
    closing.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };

  // whose time had come when the last process ended
  for (const { id, status } of assets.all()) if (status === 'ready') heard(id);

  return {
    begin(assetId, wanted, source) {
      if (wanted.length === 0) return;
      const tracks = wanted.map(({ name, language_code, passthrough }) => ({
        id: newId(),
        name,
        language_code,
        text_source: source,
        status: 'preparing' as const,
        ...(passthrough !== undefined && { passthrough }),
      }));
      const asset = assets.update(assetId, (record) => ({ ...record, text_tracks: tracks }));
      if (asset) for (const track of tracks) tell('created', asset, track);
    },
    heard,
  };
};

/** FFmpeg's MPEG-TS begins here, in 90 kHz. */
const FIRST_TICK = 126_000;

/** What is said in one segment: one cue, as long as it is. */
export const cuesOf = (segments: readonly Segment[], index: number): string => {
  const segment = segments[index];
  if (!segment) return 'WEBVTT\n';
  const before = segments.slice(0, index);
  const ofRun = before.filter(({ run }) => run === segment.run);
  const sum = (all: readonly Segment[]): number => all.reduce((seconds, one) => seconds + one.seconds, 0);
  const from = sum(ofRun);
  return [
    'WEBVTT',
    `X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:${FIRST_TICK}`,
    '',
    `${stamp(from)} --> ${stamp(from + segment.seconds)}`,
    `What is said at ${Math.floor(sum(before))} s`,
    '',
  ].join('\n');
};

const stamp = (seconds: number): string => new Date(Math.round(seconds * 1_000)).toISOString().slice(11, 23);
