import * as z from 'zod/mini';
import { type Act, ACTS, type Sanction } from '#domain/chat';
import type { ActId, UserId } from '#domain/ids';
import { actId, streamId, userId } from './brands.ts';
import { clear } from './clear.ts';
import { absent, either, exists, type Expression, type Position, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import {
  actKey,
  actsOn,
  actsPartition,
  blockKey,
  heldWordsKey,
  moderates,
  moderatorKey,
  moderatorsPartition,
  sanctionKey,
  sanctionsOn,
  sanctionsPartition,
} from './keys.ts';
import { createRecord } from './record.ts';

const moderator = createRecord({ kind: 'moderator', version: 1, schema: z.object({ userId, at: z.number() }) });
const sanction = createRecord({
  kind: 'sanction',
  version: 1,
  schema: z.object({ userId, kind: z.enum(['timeout', 'ban']), until: z.optional(z.number()) }),
});
const words = createRecord({ kind: 'held words', version: 1, schema: z.object({ words: z.array(z.string()) }) });
const act = createRecord({
  kind: 'act',
  version: 1,
  schema: z.object({
    id: actId,
    at: z.number(),
    by: userId,
    act: z.enum(ACTS),
    streamId,
    userId: z.optional(userId),
    seq: z.optional(z.number()),
    text: z.optional(z.string()),
    value: z.optional(z.number()),
    before: z.optional(z.number()),
    undoneAt: z.optional(z.number()),
    undoneBy: z.optional(userId),
  }),
});

const isOf = (kind: Sanction['kind']): Expression => ({
  expression: '#kind = :kind',
  names: { '#kind': 'kind' },
  values: toItem({ ':kind': kind }),
});
const isNot = (kind: Sanction['kind']): Expression => ({ ...isOf(kind), expression: '#kind <> :kind' });

/** As many moderators as one creator may name: they are listed on one page. */
export const MODERATORS_MOST = 100;

/** Who moderates a creator's audiences, who is kept out of them, and what was done. */
export const createModerationStore = ({ table }: { table: Table }) => ({
  /** False where the creator has named as many as may be. Those who are named at once may be a few more. */
  name: async (creator: UserId, id: UserId, now: number): Promise<boolean> => {
    const { items } = await table.query({
      partition: moderatorsPartition(creator),
      limit: MODERATORS_MOST,
      consistent: true,
    });
    if (items.length === MODERATORS_MOST && !items.some((item) => moderator.read(item).userId === id)) return false;
    await table.put({
      ...moderatorKey(creator, id),
      ...moderator.write({ userId: id, at: now }, { ownerKey: moderates(id), ownerSort: creator }),
    });
    return true;
  },
  unname: async (creator: UserId, id: UserId): Promise<void> => {
    await table.remove(moderatorKey(creator, id));
  },
  moderators: async (creator: UserId): Promise<UserId[]> => {
    const { items } = await table.query({ partition: moderatorsPartition(creator), limit: MODERATORS_MOST });
    return items.map((item) => moderator.read(item).userId);
  },
  moderates: async (creator: UserId, id: UserId): Promise<boolean> =>
    (await table.get(moderatorKey(creator, id))) !== undefined,

  /** Takes the place of a timeout. False where a ban stands: it holds until it is taken back, and nothing adds to it. */
  sanction: async (creator: UserId, on: Sanction): Promise<boolean> => {
    const expiresAt = on.until === undefined ? undefined : Math.ceil(on.until / 1_000) + 60;
    const item = {
      ...sanctionKey(creator, on.userId),
      ...sanction.write({ ...on }, { expiresAt, ownerKey: sanctionsOn(on.userId), ownerSort: creator }),
    };
    return (await table.put(item, either(absent, isNot('ban')))).done;
  },
  /** Takes back a sanction of one kind, or whichever stands. What stood, or undefined where it did not. */
  pardon: async (creator: UserId, id: UserId, kind?: Sanction['kind']): Promise<Sanction | undefined> => {
    const { done, item } = await table.remove(sanctionKey(creator, id), kind && isOf(kind));
    return done && item ? sanction.read(item) : undefined;
  },
  /** What holds of somebody now. */
  sanctionOn: async (creator: UserId, id: UserId, now: number): Promise<Sanction | undefined> => {
    const item = await table.get(sanctionKey(creator, id));
    const on = item && sanction.read(item);
    return on && (on.until === undefined || on.until > now) ? on : undefined;
  },
  /** Whether somebody may not be in a creator's audiences: banned there, or blocked by the creator. */
  isKeptOut: async (creator: UserId, id: UserId): Promise<boolean> => {
    const items = await table.getMany([sanctionKey(creator, id), blockKey(creator, id)]);
    return items.some((item) => item['kind'] === undefined || item['kind'].S === 'ban');
  },

  /** Those of these creators from whose audiences somebody is banned. */
  bansAmong: async (creators: readonly UserId[], id: UserId): Promise<Set<UserId>> => {
    const byKey = new Map(creators.map((creator) => [sanctionKey(creator, id).pk.S, creator]));
    const items = await table.getMany(creators.map((creator) => sanctionKey(creator, id)));
    return new Set(
      items.flatMap((item) => {
        const creator = byKey.get(item['pk']?.S ?? '');
        return creator !== undefined && sanction.read(item).kind === 'ban' ? [creator] : [];
      }),
    );
  },

  words: async (creator: UserId): Promise<string[]> => {
    const item = await table.get(heldWordsKey(creator));
    return item ? words.read(item).words : [];
  },
  setWords: async (creator: UserId, held: string[]): Promise<void> => {
    await table.put({ ...heldWordsKey(creator), ...words.write({ words: held }) });
  },

  note: async (creator: UserId, done: Act): Promise<void> => {
    const about = done.userId === undefined ? {} : { ownerKey: actsOn(done.userId), ownerSort: done.id };
    await table.put({ ...actKey(creator, done.id), ...act.write({ ...done }, about) });
  },
  acts: async (creator: UserId, { limit, after }: { limit: number; after: Position | undefined }) => {
    const { items, next } = await table.query({ partition: actsPartition(creator), newestFirst: true, limit, after });
    return { acts: items.map((item): Act => act.read(item)), next };
  },
  act: async (creator: UserId, id: ActId): Promise<Act | undefined> => {
    const item = await table.get(actKey(creator, id));
    return item && act.read(item);
  },
  /** Notes that an act was taken back. False where it had been. */
  undone: async (creator: UserId, id: ActId, by: UserId, now: number): Promise<boolean> =>
    (
      await table.update(
        actKey(creator, id),
        { expression: 'SET undoneAt = :now, undoneBy = :by', values: toItem({ ':now': now, ':by': by }) },
        { ...exists, expression: 'attribute_exists(pk) AND attribute_not_exists(undoneAt)' },
      )
    ).done,

  /** Takes away some of what a creator who has gone has set, named and done. False once there is none left. */
  clearBy: async (creator: UserId, most: number): Promise<boolean> => {
    await table.remove(heldWordsKey(creator));
    const partitions = [moderatorsPartition(creator), sanctionsPartition(creator), actsPartition(creator)];
    const cleared = await Promise.all(partitions.map((partition) => clear(table, { partition }, most)));
    return cleared.includes(true);
  },

  /** Takes away some of what others have set and done about somebody who has gone. False once there is none left. */
  clearAbout: async (id: UserId, most: number): Promise<boolean> => {
    const lists = [moderates(id), sanctionsOn(id), actsOn(id)];
    const cleared = await Promise.all(lists.map((list) => clear(table, { index: 'byOwner', partition: list }, most)));
    return cleared.includes(true);
  },
});
export type ModerationStore = ReturnType<typeof createModerationStore>;
