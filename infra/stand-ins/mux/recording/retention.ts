import { rmSync } from 'node:fs';
import type { Store } from '../store.ts';
import type { Limits } from '../limits.ts';
import type { AssetRecord } from '../records.ts';
import { toAsset } from '../views.ts';
import type { Announce } from '../webhooks/events.ts';

type Parts = { store: Store; limits: Limits; now: () => number; announce: Announce; log: (line: string) => void };

/** Keeps the recordings within the disk that they may have. */
export type Retention = {
  remove: (assetId: string) => boolean;
  /** Removes the oldest finished recordings until the rest fits, and test recordings that are a day old. */
  tidy: () => void;
  /** Whether the assets that are still being recorded fill the disk by themselves. */
  full: () => boolean;
};

export const createRetention = ({ store, limits, now, announce, log }: Parts): Retention => {
  const { assets, liveStreams } = store;

  const remove = (assetId: string): boolean => {
    const asset = assets.get(assetId);
    if (!asset) return false;
    assets.remove(assetId);
    rmSync(store.mediaDir(assetId), { recursive: true, force: true });
    const { live_stream_id: liveStreamId = '' } = asset;
    if (liveStreams.get(liveStreamId)?.recent_asset_ids.includes(assetId))
      liveStreams.update(liveStreamId, (stream) => ({
        ...stream,
        recent_asset_ids: stream.recent_asset_ids.filter((id) => id !== assetId),
      }));
    announce('video.asset.deleted', { type: 'asset', id: assetId }, toAsset(asset, 'webhook'));
    return true;
  };

  const bytesOf = (live: boolean): number =>
    assets.all().reduce((sum, asset) => (asset.is_live === live ? sum + bytesWithFile(asset) : sum), 0);

  return {
    remove,
    tidy() {
      const expired = now() / 1_000 - limits.testAssetSeconds * (limits.secondMs / 1_000);
      const finished = assets
        .all()
        .filter((asset) => !asset.is_live)
        .sort((a, b) => a.created_at - b.created_at);
      let count = assets.all().length;
      let bytes = bytesOf(true) + bytesOf(false);
      for (const asset of finished) {
        const old = asset.test && asset.created_at < expired;
        if (!old && count <= limits.assets && bytes <= limits.assetBytes) continue;
        count -= 1;
        bytes -= bytesWithFile(asset);
        log(
          `recording ${asset.id} is deleted: ${old ? 'test recordings last a day' : 'the disk that recordings may have is full'}`,
        );
        remove(asset.id);
      }
    },
    full: () => bytesOf(true) > limits.assetBytes,
  };
};

const bytesWithFile = ({ bytes, static_file }: AssetRecord): number => bytes + (static_file?.bytes ?? 0);
