import { newId } from '#domain/ids';
import type { Publish } from '#domain/upload';
import { createIngestKeys } from '#store/ingest-keys';
import { createThumbnailStore } from '#store/thumbnails';
import { createUploadStore } from '#store/uploads';
import type { Base } from '../base.ts';
import { buildEviction } from '../eviction.ts';
import type { People } from '../people.ts';
import { newSecret } from '../secret.ts';
import type { Streaming } from '../streaming.ts';
import { clientAddress } from '../../http/address.ts';
import { createStreamsApp } from '../../streams/app.ts';
import { createSweep } from '../../streams/sweep.ts';

/** The room of streams, on the base that all rooms share. */
export const buildStreamsRoom = (
  base: Base,
  { authenticate, limited, users, follows }: People,
  {
    streams,
    channels,
    channelStore,
    ending,
    encoders,
    guests,
    recordings,
    views,
    access,
    presence,
    figures,
    chat,
    moderating,
    video,
    changed,
  }: Streaming,
  publish: Publish | undefined,
) => {
  const { config, table, cursors, clock, log } = base;
  return createStreamsApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate,
    limited,
    streams,
    channels,
    channelStore,
    keys: createIngestKeys({ table }),
    thumbnails: createThumbnailStore({ table }),
    uploads: createUploadStore({ table }),
    publish,
    ending,
    encoders,
    guests,
    recordings,
    views,
    access,
    presence,
    figures,
    chat,
    moderating: moderating(buildEviction(base, { users, follows })),
    addressOf: (c) => clientAddress(c, config.TRUSTED_HOPS),
    eviction: buildEviction(base, { users, follows }),
    people: users,
    video,
    cursors,
    changed,
    clock,
    newStreamId: (now) => newId('str', now),
    newKey: newSecret,
    ingestUrl: config.INGEST_URL,
  });
};

/** What settles silent streams, on a timer or by a scheduled rule. */
export const buildStreamSweep = (
  { clock, log }: Base,
  { streams, leases, channelStore, events, video, ending, recordings, changed }: Streaming,
) => createSweep({ streams, leases, channels: channelStore, events, video, ending, recordings, changed, log, clock });
