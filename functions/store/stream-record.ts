import * as z from 'zod/mini';
import {
  dueAt,
  END_REASONS,
  FEED_STATES,
  isLiveToViewers,
  recording,
  STREAM_STATES,
  type Stream,
  VISIBILITIES,
} from '#domain/stream';
import { CAPTION_LANGUAGES, CATEGORIES, LATENCIES, SHOW_LANGUAGES } from '#domain/stream-limits';
import type { StreamId, UserId } from '#domain/ids';
import { publishedUpload, streamId, userId } from './brands.ts';
import type { Part } from './dynamo.ts';
import { atRevision } from './dynamo.ts';
import type { Item } from './item.ts';
import {
  airKey,
  DUE_SHARDS,
  dueStreams,
  LIVE_SHARDS,
  liveList,
  recordedList,
  scheduledList,
  shardOf,
  streamItemKey,
  streamsOfCreator,
} from './keys.ts';
import { createRecord } from './record.ts';

const stamp = z.number();
const told = <Value extends z.ZodMiniType>(is: Value) => z.optional(z.object({ is, at: stamp }));

/** An asset's facts as an item holds them. */
export const AssetFacts = z.object({
  id: z.string(),
  seenAt: stamp,
  activeAt: z.optional(stamp),
  overAt: z.optional(stamp),
  link: told(z.enum(['up', 'down'])),
  status: told(z.enum(['preparing', 'ready', 'errored', 'deleted'])),
  playback: told(z.string()),
  duration: told(z.number()),
  trimAt: z.optional(stamp),
});
const record = createRecord({
  kind: 'stream',
  version: 1,
  schema: z.object({
    id: streamId,
    creatorId: userId,
    title: z.string(),
    description: z.optional(z.string()),
    category: z.optional(z.enum(CATEGORIES)),
    language: z.optional(z.enum(SHOW_LANGUAGES)),
    thumbnail: z.optional(publishedUpload),
    visibility: z.enum(VISIBILITIES),
    latency: z.enum(LATENCIES),
    captions: z.optional(z.enum(CAPTION_LANGUAGES)),
    test: z.boolean(),
    createdAt: stamp,
    scheduledFor: z.optional(stamp),
    edits: z.optional(z.number()),
    editedAt: z.optional(stamp),
    state: z.enum(STREAM_STATES),
    startedAt: z.optional(stamp),
    endedAt: z.optional(stamp),
    endedBecause: z.optional(z.enum(END_REASONS)),
    endRequested: z.optional(z.object({ at: stamp, because: z.enum(END_REASONS) })),
    feed: z.optional(
      z.object({
        fence: z.number(),
        is: z.enum(FEED_STATES),
        at: stamp,
        lostAt: z.optional(stamp),
      }),
    ),
    encoder: z.optional(z.object({ since: stamp })),
    assets: z.readonly(z.array(AssetFacts)),
    trims: z.optional(
      z.readonly(
        z.array(z.object({ at: stamp, of: z.string(), from: z.number(), to: z.number(), lostAt: z.optional(stamp) })),
      ),
    ),
    completingAt: z.optional(stamp),
    completedAt: z.optional(stamp),
    askedAt: z.optional(stamp),
    recordingLostAt: z.optional(stamp),
    recordingRemovedAt: z.optional(stamp),
    chatRemovedAt: z.optional(stamp),
    /** Grows by one with each write: who writes says which one it has read. */
    rev: z.number(),
  }),
});

/** A stream and the revision at which it was read. */
export type StoredStream = { stream: Stream; rev: number };

export const readStream = (item: Item): StoredStream => {
  const { rev, ...stream } = record.read(item);
  return { stream, rev };
};

/** The whole item, its places in the three indexes included: they follow from the stream, so they cannot disagree with it. */
export const streamItem = (stream: Stream, rev: number): Item => ({
  ...streamItemKey(stream.id),
  ...record.write(
    { ...stream, rev },
    {
      ownerKey: streamsOfCreator(stream.creatorId),
      ownerSort: stream.id,
      ...listed(stream),
      ...due(stream),
    },
  ),
});

/** The write that takes a stream from what was read to what it is now; refused as `moved` when another came between. */
export const streamMove = ({ rev }: StoredStream, to: Stream): Part<'moved'> => ({
  or: 'moved',
  put: streamItem(to, rev + 1),
  when: atRevision(rev),
});

const air = createRecord({ kind: 'air', version: 1, schema: z.object({ streamId }) });

/** Which stream of a creator has the air. */
export const readAir = (item: Item): StreamId => air.read(item).streamId;
export const airItem = (creatorId: UserId, id: StreamId): Item => ({
  ...airKey(creatorId),
  ...air.write({ streamId: id }),
});

const iso = (at: number): string => new Date(at).toISOString();

/** Its place among what is on the air, announced or recorded, if it is any of them. What was only tried is in no list once it is over. */
export const listed = (stream: Stream): { listKey?: string; listSort?: string } => {
  if (isLiveToViewers(stream))
    return {
      listKey: liveList(shardOf(stream.id, LIVE_SHARDS)),
      listSort: `${iso(stream.startedAt ?? stream.createdAt)}#${stream.id}`,
    };
  if (stream.state === 'created' && stream.scheduledFor !== undefined)
    return {
      listKey: scheduledList(shardOf(stream.id, LIVE_SHARDS)),
      listSort: `${iso(stream.scheduledFor)}#${stream.id}`,
    };
  if (stream.state === 'ended' && !stream.test && recording(stream).is === 'ready')
    return {
      listKey: recordedList(shardOf(stream.id, LIVE_SHARDS)),
      listSort: `${iso(stream.startedAt ?? stream.createdAt)}#${stream.id}`,
    };
  return {};
};

const due = (stream: Stream) => {
  const at = dueAt(stream);
  if (at === undefined) return {};
  return { dueKey: dueStreams(shardOf(stream.id, DUE_SHARDS)), dueSort: `${iso(at)}#${stream.id}` };
};
