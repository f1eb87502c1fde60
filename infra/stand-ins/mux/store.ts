import { join } from 'node:path';
import { openCollection, type Collection } from './collection.ts';
import {
  AssetRecord,
  DeliveryRecord,
  EndpointRecord,
  LiveStreamRecord,
  SigningKeyRecord,
  type PlaybackId,
} from './records.ts';

/** All that the stand-in knows, and all that a restart finds again. */
export type Store = {
  liveStreams: Collection<LiveStreamRecord>;
  assets: Collection<AssetRecord>;
  signingKeys: Collection<SigningKeyRecord>;
  endpoints: Collection<EndpointRecord>;
  deliveries: Collection<DeliveryRecord>;
  /** Where the media of an asset is. */
  mediaDir: (assetId: string) => string;
  findPlayback: (playbackId: string) => Playback | undefined;
  findByKey: (streamKey: string) => LiveStreamRecord | undefined;
};

/** What a playback id leads to. */
export type Playback =
  | { of: 'live_stream'; playbackId: PlaybackId; liveStream: LiveStreamRecord }
  | { of: 'asset'; playbackId: PlaybackId; asset: AssetRecord };

export const openStore = (dataDir: string, log: (line: string) => void): Store => {
  const dir = (name: string) => join(dataDir, name);
  const liveStreams = openCollection({ dir: dir('live-streams'), schema: LiveStreamRecord, log });
  const assets = openCollection({ dir: dir('assets'), schema: AssetRecord, log });

  return {
    liveStreams,
    assets,
    signingKeys: openCollection({ dir: dir('signing-keys'), schema: SigningKeyRecord, log }),
    endpoints: openCollection({ dir: dir('webhooks'), schema: EndpointRecord, log }),
    deliveries: openCollection({ dir: dir('deliveries'), schema: DeliveryRecord, log }),
    mediaDir: (assetId) => join(dataDir, 'media', assetId),
    findByKey: (streamKey) => liveStreams.all().find((stream) => stream.stream_key === streamKey),
    findPlayback(id) {
      for (const liveStream of liveStreams.all())
        for (const playbackId of liveStream.playback_ids)
          if (playbackId.id === id) return { of: 'live_stream', playbackId, liveStream };
      for (const asset of assets.all())
        for (const playbackId of asset.playback_ids)
          if (playbackId.id === id) return { of: 'asset', playbackId, asset };
      return undefined;
    },
  };
};
