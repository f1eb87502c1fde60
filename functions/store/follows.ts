import * as z from 'zod/mini';
import type { UserId } from '#domain/ids';
import { unblocked } from './blocks.ts';
import * as brands from './brands.ts';
import { absent, exists, type Expression, type Part, type Position, type Table } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import { bellKey, followersList, followingList, followCountsKey, followKey, followsPartition } from './keys.ts';
import { createRecord } from './record.ts';

export type Follow = { follower: UserId; followee: UserId; at: number };

export type FollowPage = { follows: Follow[]; next: Position | undefined };

const record = createRecord({
  kind: 'follow',
  version: 1,
  schema: z.object({ follower: brands.userId, followee: brands.userId, at: z.number() }),
});

const add = (name: 'followers' | 'following', by: 1 | -1): Expression => ({
  expression: `ADD #${name} :by`,
  names: { [`#${name}`]: name },
  values: toItem({ ':by': by }),
});

/**
 * Who follows whom. A follow and the two counts that it changes are one transaction, so that repeats and races count once.
 */
export const createFollowStore = ({ table }: { table: Table }) => {
  const follow = async (
    follower: UserId,
    followee: UserId,
    now: number,
  ): Promise<{ followed: true } | { followed: false; because: 'blocked' | 'gone' }> => {
    const at = new Date(now).toISOString();
    const outcome = await table.transact([
      ...unblocked(followee, follower),
      {
        put: {
          ...followKey(follower, followee),
          ...record.write(
            { follower, followee, at: now },
            {
              ownerKey: followingList(follower),
              ownerSort: `${at}#${followee}`,
              listKey: followersList(followee),
              listSort: `${at}#${follower}`,
            },
          ),
        },
        when: absent,
        or: 'followed-already',
      },
      { update: followCountsKey(follower), set: add('following', 1), when: exists, or: 'gone' },
      { update: followCountsKey(followee), set: add('followers', 1), when: exists, or: 'gone' },
    ]);
    if (outcome.done || outcome.because === 'followed-already') return { followed: true };
    return { followed: false, because: outcome.because };
  };

  /** Done as well where there was nothing to end; a party whose account has gone has no count to keep. */
  const unfollow = async (follower: UserId, followee: UserId): Promise<void> => {
    const gone = new Set<'follower' | 'followee'>();
    for (;;) {
      const parts: Part<'not-following' | 'follower' | 'followee'>[] = [
        { remove: followKey(follower, followee), when: exists, or: 'not-following' },
      ];
      parts.push({ remove: bellKey(followee, follower) });
      if (!gone.has('follower'))
        parts.push({
          update: followCountsKey(follower),
          set: add('following', -1),
          when: exists,
          or: 'follower',
        });
      if (!gone.has('followee'))
        parts.push({ update: followCountsKey(followee), set: add('followers', -1), when: exists, or: 'followee' });
      const outcome = await table.transact(parts);
      if (outcome.done || outcome.because === 'not-following') return;
      gone.add(outcome.because);
    }
  };

  const page = ({ items, next }: { items: Item[]; next: Position | undefined }): FollowPage => ({
    follows: items.map((item) => record.read(item)),
    next,
  });

  return {
    follow,
    unfollow,

    follows: async (follower: UserId, followee: UserId): Promise<boolean> =>
      (await table.get(followKey(follower, followee))) !== undefined,

    /** Since when somebody follows another; undefined: they do not. */
    since: async (follower: UserId, followee: UserId): Promise<number | undefined> => {
      const item = await table.get(followKey(follower, followee));
      return item && record.read(item).at;
    },

    /** Whom of these somebody follows. */
    followedAmong: async (follower: UserId, people: readonly UserId[]): Promise<Set<UserId>> => {
      const items = await table.getMany(people.map((followee) => followKey(follower, followee)));
      return new Set(items.map((item) => record.read(item).followee));
    },

    /** The newest first. */
    followers: async (followee: UserId, { limit, after }: { limit: number; after: Position | undefined }) =>
      page(
        await table.query({
          index: 'byList',
          partition: followersList(followee),
          newestFirst: true,
          limit,
          after,
        }),
      ),

    /** The newest first. */
    following: async (follower: UserId, { limit, after }: { limit: number; after: Position | undefined }) =>
      page(
        await table.query({
          index: 'byOwner',
          partition: followingList(follower),
          newestFirst: true,
          limit,
          after,
        }),
      ),

    /** Whom somebody follows, straight from the table, in no order that means anything. */
    followees: async (follower: UserId, { limit }: { limit: number }): Promise<UserId[]> => {
      const { items } = await table.query({ partition: followsPartition(follower), limit });
      return items.map((item) => record.read(item).followee);
    },
  };
};
export type FollowStore = ReturnType<typeof createFollowStore>;
