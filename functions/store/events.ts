import * as z from 'zod/mini';
import { type Asset, type AssetNews, merged } from '#domain/asset';
import { channelKind, showAt, type SimulcastStatus, withTargetWord, withWord } from '#domain/channel';
import type { StreamId, UserId } from '#domain/ids';
import { isOnAir, step, type Stream, type StreamEvent } from '#domain/stream';
import { retryOnConflict } from './retry-on-conflict.ts';
import { streamId } from './brands.ts';
import { channelMove, ownerOf, readChannel } from './channel-record.ts';
import { absent, atRevision, type Part, type Table } from './dynamo.ts';
import type { Item } from './item.ts';
import { airKey, assetKey, eventKey, leaseKey, streamItemKey } from './keys.ts';
import { leaseEnd, readLease } from './lease-record.ts';
import { createRecord } from './record.ts';
import { AssetFacts, readAir, readStream, type StoredStream, streamMove } from './stream-record.ts';
import type { Change } from './streams.ts';

/** Mux repeats an event for a day; what we know of one is kept far longer than that. */
const KEPT_SECONDS = 30 * 24 * 3_600;

const event = createRecord({
  kind: 'event',
  version: 1,
  schema: z.object({
    type: z.string(),
    at: z.number(),
    receivedAt: z.number(),
    applied: z.string(),
    /** The stream that it changed. */
    streamId: z.optional(streamId),
  }),
});

/** Which stream an asset records; or, until that is known, what has been told of it. */
const asset = createRecord({
  kind: 'asset',
  version: 1,
  schema: z.object({ streamId: z.optional(streamId), facts: z.optional(AssetFacts), rev: z.number() }),
});

/** What an event says to us. `bornAtMs`: when its asset began, where that can be told from it: says which show it is of. */
export type Effect =
  | { on: 'asset'; liveStreamId: string | undefined; news: AssetNews; bornAtMs: number | undefined }
  | { on: 'trim'; streamId: StreamId; news: AssetNews }
  | { on: 'channel'; liveStreamId: string; word: { is: 'encoder' | 'nothing' | 'deleted'; at: number } }
  | { on: 'simulcast'; liveStreamId: string; targetId: string; word: { is: SimulcastStatus; at: number } }
  | { on: 'nothing' };

/** An event of Mux's: its id, its type and its stamp in microseconds. */
export type MuxEvent = { id: string; type: string; at: number };

/**
 * `known`: it has been applied before; `stream` is the one that it changed then, as it is now.
 *
 * - `changed`   it moved a stream, or only completed what is known of it
 * - `kept`      it is ours, and changes nothing yet: an asset whose show is not known, a channel
 * - `foreign`   it is about a live stream that is none of ours
 * - `ignored`   we have no use for it
 */
export type Applied =
  | { known: true; stream: Stream | undefined }
  | { known: false; applied: 'changed'; change: Change }
  | { known: false; applied: 'kept' | 'foreign' | 'ignored' };

type Name = 'known' | 'moved' | 'asset-moved' | 'channel-moved' | 'lease-moved';
type Plan =
  | { applied: 'changed'; change: Change; parts: Part<Name>[] }
  | { applied: 'kept' | 'foreign' | 'ignored'; parts: Part<Name>[] };

/** What Mux told. An event's id and all that it changes are written in one transaction: it is applied once or not at all. */
export const createMuxEventStore = ({ table }: { table: Table }) => {
  const stored = async (id: StreamId): Promise<StoredStream | undefined> => {
    const item = await table.get(streamItemKey(id));
    return item && readStream(item);
  };

  const move = async (id: StreamId, happened: StreamEvent): Promise<Plan | undefined> => {
    const found = await stored(id);
    if (!found) return undefined;
    const after = step(found.stream, happened);
    const change = { before: found.stream, after };
    return { applied: 'changed', change, parts: after === found.stream ? [] : [streamMove(found, after)] };
  };

  const planAsset = async (
    { liveStreamId, news, bornAtMs }: Extract<Effect, { on: 'asset' }>,
    now: number,
  ): Promise<Plan> => {
    const item = await table.get(assetKey(news.id));
    const pointer = item && asset.read(item);
    if (pointer?.streamId)
      return (await move(pointer.streamId, { type: 'mux-told', news })) ?? { applied: 'foreign', parts: [] };

    const owner = liveStreamId === undefined ? undefined : await ownerOf(table, liveStreamId);
    if (!owner) return { applied: 'foreign', parts: [] };

    const facts: Asset = pointer?.facts ? merged(pointer.facts, news) : news;
    const keep = (of: { streamId: StreamId } | { facts: Asset }): Part<Name> => ({
      or: 'asset-moved',
      put: {
        ...assetKey(news.id),
        ...asset.write(
          { ...of, rev: (pointer?.rev ?? 0) + 1 },
          { expiresAt: 'facts' in of ? Math.ceil(now / 1_000) + KEPT_SECONDS : undefined },
        ),
      },
      when: pointer ? atRevision(pointer.rev) : absent,
    });

    const show =
      bornAtMs === undefined
        ? undefined
        : showAt((await readChannel(table, owner.creatorId, owner.kind)).channel, bornAtMs);
    const moved = show && (await move(show, { type: 'mux-told', news: facts }));
    if (!show || !moved) return { applied: 'kept', parts: [keep({ facts })] };
    return { ...moved, parts: [...moved.parts, keep({ streamId: show })] };
  };

  /** Mux refuses the encoder from now on: whatever is on the air there ends, the worker hearing it by its lease. */
  const planCutOff = async (
    creatorId: UserId,
    kind: string,
    at: number,
  ): Promise<{ change: Change; parts: Part<Name>[] } | undefined> => {
    const airItem = await table.get(airKey(creatorId));
    const found = airItem && (await stored(readAir(airItem)));
    if (!found || !isOnAir(found.stream) || channelKind(found.stream) !== kind) return undefined;
    // a word from before this show is not about it
    if (Math.floor(at / 1_000) < (found.stream.feed?.at ?? found.stream.createdAt) && !found.stream.startedAt)
      return undefined;
    const after = step(found.stream, {
      type: 'end-requested',
      at: Math.floor(at / 1_000),
      because: 'channel-disabled',
    });
    if (after === found.stream) return undefined;
    const leaseItem = await table.get(leaseKey(found.stream.id));
    return {
      change: { before: found.stream, after },
      parts: [streamMove(found, after), ...leaseEnd(found.stream.id, leaseItem && readLease(leaseItem), after)],
    };
  };

  const planSimulcast = async ({
    liveStreamId,
    targetId,
    word,
  }: Extract<Effect, { on: 'simulcast' }>): Promise<Plan> => {
    const owner = await ownerOf(table, liveStreamId);
    if (!owner) return { applied: 'foreign', parts: [] };
    const found = await readChannel(table, owner.creatorId, owner.kind);
    const after = withTargetWord(found.channel, liveStreamId, targetId, word);
    return { applied: 'kept', parts: after === found.channel ? [] : [channelMove(found, after)] };
  };

  const planChannel = async ({ liveStreamId, word }: Extract<Effect, { on: 'channel' }>): Promise<Plan> => {
    const owner = await ownerOf(table, liveStreamId);
    if (!owner) return { applied: 'foreign', parts: [] };
    const found = await readChannel(table, owner.creatorId, owner.kind);
    const after = withWord(found.channel, liveStreamId, word);
    if (after === found.channel) return { applied: 'kept', parts: [] };
    const cut = word.is === 'encoder' ? undefined : await planCutOff(owner.creatorId, owner.kind, word.at);
    const parts = [channelMove(found, after), ...(cut?.parts ?? [])];
    return cut ? { applied: 'changed', change: cut.change, parts } : { applied: 'kept', parts };
  };

  /** What Mux has made of a recording for a trim that somebody asked for. */
  const planTrim = async ({ streamId: id, news }: Extract<Effect, { on: 'trim' }>): Promise<Plan> => {
    const item = await table.get(assetKey(news.id));
    const moved = await move(id, { type: 'mux-told', news });
    const isAsked = moved?.applied === 'changed' && moved.change.before.trims?.some(({ at }) => at === news.trimAt);
    if (!moved || !isAsked) return { applied: 'foreign', parts: [] };
    if (item) return moved;
    const pointer = { ...assetKey(news.id), ...asset.write({ streamId: id, rev: 1 }) };
    return { ...moved, parts: [...moved.parts, { or: 'asset-moved', put: pointer, when: absent }] };
  };

  const streamOf = async (item: Item): Promise<Stream | undefined> => {
    const { streamId: id } = event.read(item);
    return id && (await stored(id))?.stream;
  };

  const plan = (effect: Effect, now: number): Promise<Plan> => {
    if (effect.on === 'asset') return planAsset(effect, now);
    if (effect.on === 'trim') return planTrim(effect);
    if (effect.on === 'channel') return planChannel(effect);
    if (effect.on === 'simulcast') return planSimulcast(effect);
    return Promise.resolve({ applied: 'ignored', parts: [] });
  };

  return {
    /** @param now when it was received, in milliseconds */
    apply: (told: MuxEvent, effect: Effect, now: number) =>
      retryOnConflict<Applied>(async () => {
        const seen = await table.get(eventKey(told.id));
        if (seen) return { settled: { known: true, stream: await streamOf(seen) } };
        const planned = await plan(effect, now);
        const expiresAt = Math.ceil(now / 1_000) + KEPT_SECONDS;
        const { type, at } = told;
        const changedStream = planned.applied === 'changed' ? planned.change.after.id : undefined;
        const written = await table.transact<Name>([
          {
            or: 'known',
            put: {
              ...eventKey(told.id),
              ...event.write(
                { type, at, receivedAt: now, applied: planned.applied, streamId: changedStream },
                { expiresAt },
              ),
            },
            when: absent,
          },
          ...planned.parts,
        ]);
        if (!written.done) return 'conflict';
        return planned.applied === 'changed'
          ? { settled: { known: false, applied: 'changed', change: planned.change } }
          : { settled: { known: false, applied: planned.applied } };
      }),

    /** What Mux answered when we asked, merged in as an event would be; it has no id of its own. */
    learn: (effect: Extract<Effect, { on: 'asset' | 'trim' }>, now: number) =>
      retryOnConflict<Change | undefined>(async () => {
        const planned = await plan(effect, now);
        if (planned.parts.length > 0 && !(await table.transact<Name>(planned.parts)).done) return 'conflict';
        return { settled: planned.applied === 'changed' ? planned.change : undefined };
      }),
  };
};
export type MuxEventStore = ReturnType<typeof createMuxEventStore>;
