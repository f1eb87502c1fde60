import * as z from 'zod/mini';
import type { ActId, UserId } from '#domain/ids';
import {
  parseReported,
  PLATFORM_ACTS,
  type PlatformAct,
  REPORT_LIMITS,
  REPORT_REASONS,
  type Report,
  type ReportCase,
  reportedName,
} from '#domain/report';
import { actId, userId } from './brands.ts';
import { clear } from './clear.ts';
import { absent, both, exists, type Expression, type Key, type Position, type Table } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import {
  OPEN_REPORTS,
  PLATFORM_ACTS_PARTITION,
  platformActKey,
  reportCaseKey,
  reportedPartition,
  reportKey,
  REPORTS,
  reportsBy,
  reportsOf,
} from './keys.ts';
import { createRecord } from './record.ts';

/** A thing stands in items by its name. */
const about = z.string().check(z.refine((name) => parseReported(name) !== undefined, 'nothing that can be reported'));
const suspension = z.object({ until: z.optional(z.number()) });

const VERSION = 1;
const caseRecord = createRecord({
  kind: 'report case',
  version: VERSION,
  schema: z.object({
    about,
    ownerId: userId,
    text: z.string(),
    reports: z.number(),
    lastAt: z.number(),
    settledAt: z.optional(z.number()),
  }),
});
const reportRecord = createRecord({
  kind: 'report',
  version: 1,
  schema: z.object({
    about,
    by: userId,
    reason: z.enum(REPORT_REASONS),
    words: z.optional(z.string()),
    at: z.number(),
  }),
});
const actRecord = createRecord({
  kind: 'platform act',
  version: 1,
  schema: z.object({
    id: actId,
    at: z.number(),
    by: userId,
    act: z.enum(PLATFORM_ACTS),
    about,
    ownerId: userId,
    text: z.string(),
    before: z.optional(suspension),
    after: z.optional(suspension),
    undoneAt: z.optional(z.number()),
  }),
});

/** The same with the thing itself in place of its name. */
const withThing = <Named extends { about: string }>({ about: name, ...rest }: Named) => {
  const thing = parseReported(name);
  if (!thing) throw new Error('a name that was read is none');
  return { ...rest, about: thing };
};

const expiry = (at: number): number => Math.ceil((at + REPORT_LIMITS.keptMs) / 1_000);
const iso = (at: number): string => new Date(at).toISOString();

/**
 * What people have reported, and what was done about it. A thing that was reported is one case, whoever has reported it; it is on the
 * list while it waits for a moderator.
 */
export const createReportStore = ({ table }: { table: Table }) => {
  const find = async (name: string): Promise<ReportCase | undefined> => {
    const item = await table.get(reportCaseKey(name));
    return item && withThing(caseRecord.read(item));
  };

  const set = async (name: string, change: Expression, when: Expression): Promise<boolean> =>
    (await table.update(reportCaseKey(name), change, both(exists, when))).done;

  return {
    find,

    /** Notes one person's report of a thing. False where they have reported it before. */
    report: async (
      thing: Pick<ReportCase, 'about' | 'ownerId' | 'text'>,
      { by, at, ...said }: Report,
    ): Promise<boolean> => {
      const name = reportedName(thing.about);
      const expiresAt = expiry(at);
      const done = await table.transact([
        {
          or: 'reported-before',
          put: {
            ...reportKey(name, by),
            ...reportRecord.write(
              { about: name, by, at, ...said },
              { expiresAt, ownerKey: reportsBy(by), ownerSort: name },
            ),
          },
          when: absent,
        },
        {
          update: reportCaseKey(name),
          set: {
            expression:
              'SET #about = :about, ownerId = :owner, #text = :text, lastAt = :at, v = :v, expiresAt = :expires, ' +
              'listKey = :open, listSort = :sort, ownerKey = :of, ownerSort = :about REMOVE settledAt ADD reports :one',
            names: { '#about': 'about', '#text': 'text' },
            values: toItem({
              ':about': name,
              ':owner': thing.ownerId,
              ':text': thing.text,
              ':at': at,
              ':v': VERSION,
              ':expires': expiresAt,
              ':open': OPEN_REPORTS,
              ':sort': `${iso(at)}#${name}`,
              ':of': reportsOf(thing.ownerId),
              ':one': 1,
            }),
          },
        },
      ]);
      return done.done;
    },

    /** What waits for a moderator, the latest first. */
    open: async ({ limit, after }: { limit: number; after: Position | undefined }) => {
      const { items, next } = await table.query({
        index: 'byList',
        partition: OPEN_REPORTS,
        newestFirst: true,
        limit,
        after,
      });
      return { cases: items.map((item): ReportCase => withThing(caseRecord.read(item))), next };
    },

    /** Some of the reports of one thing. */
    reportsOf: async (name: string): Promise<Report[]> => {
      const { items } = await table.query({
        partition: reportedPartition(name),
        begins: REPORTS,
        limit: REPORT_LIMITS.shown,
      });
      return items.map((item) => reportRecord.read(item));
    },

    /** Takes a thing off the list. False where it is not on it. */
    settle: (name: string, now: number): Promise<boolean> =>
      set(
        name,
        { expression: 'SET settledAt = :now REMOVE listKey, listSort', values: toItem({ ':now': now }) },
        { expression: 'attribute_not_exists(settledAt)' },
      ),

    /** Puts a thing on the list again, where it was last. */
    reopen: async (name: string): Promise<void> => {
      const found = await find(name);
      if (!found) return;
      await set(
        name,
        {
          expression: 'SET listKey = :open, listSort = :sort REMOVE settledAt',
          values: toItem({ ':open': OPEN_REPORTS, ':sort': `${iso(found.lastAt)}#${name}` }),
        },
        { expression: 'attribute_exists(settledAt)' },
      );
    },

    note: async (act: PlatformAct): Promise<void> => {
      const { about: thing, before, after, ...rest } = act;
      const name = reportedName(thing);
      await table.put({
        ...platformActKey(act.id),
        ...actRecord.write(
          { ...rest, about: name, ...(before && { before: { ...before } }), ...(after && { after: { ...after } }) },
          { expiresAt: expiry(act.at), ownerKey: reportsOf(act.ownerId), ownerSort: `${name}#${act.id}` },
        ),
      });
    },

    /** What was done, the latest first. */
    acts: async ({ limit, after }: { limit: number; after: Position | undefined }) => {
      const { items, next } = await table.query({
        partition: PLATFORM_ACTS_PARTITION,
        newestFirst: true,
        limit,
        after,
      });
      return { acts: items.map((item): PlatformAct => withThing(actRecord.read(item))), next };
    },

    act: async (id: ActId): Promise<PlatformAct | undefined> => {
      const item = await table.get(platformActKey(id));
      return item && withThing(actRecord.read(item));
    },

    /** Notes that an act was taken back. False where it had been. */
    undone: async (id: ActId, now: number): Promise<boolean> =>
      (
        await table.update(
          platformActKey(id),
          { expression: 'SET undoneAt = :now', values: toItem({ ':now': now }) },
          both(exists, { expression: 'attribute_not_exists(undoneAt)' }),
        )
      ).done,

    /** Takes away some of what somebody has reported; a thing that nobody else has reported is reported no longer. False once there is none left. */
    clearBy: async (reporter: UserId, most: number): Promise<boolean> => {
      const { items } = await table.query({ index: 'byOwner', partition: reportsBy(reporter), limit: most });
      for (const item of items) {
        const { about: name } = reportRecord.read(item);
        await table.transact([
          { or: 'gone', remove: reportKey(name, reporter), when: exists },
          {
            or: 'gone',
            update: reportCaseKey(name),
            set: { expression: 'ADD reports :less', values: toItem({ ':less': -1 }) },
            when: exists,
          },
        ]);
        await table.remove(reportKey(name, reporter));
        await table.remove(reportCaseKey(name), { expression: 'reports < :one', values: toItem({ ':one': 1 }) });
      }
      return items.length > 0;
    },

    /** Takes away some of what was reported of somebody, and done about it. False once there is none left. */
    clearOf: async (owner: UserId, most: number): Promise<boolean> => {
      const { items } = await table.query({ index: 'byOwner', partition: reportsOf(owner), limit: most });
      for (const item of items) {
        const partition = item['pk']?.S ?? '';
        // by the case the rest of its reports is found: it goes last
        const more =
          partition !== PLATFORM_ACTS_PARTITION && (await clear(table, { partition, begins: REPORTS }, most));
        if (!more) await table.remove(keyOf(item));
      }
      return items.length > 0;
    },
  };
};
export type ReportStore = ReturnType<typeof createReportStore>;

const keyOf = ({ pk, sk }: Item): Key => ({ pk: { S: pk?.S ?? '' }, sk: { S: sk?.S ?? '' } });
