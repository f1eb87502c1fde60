import { byPromise, type Candidate, isSettled, mergeSlices, type Slice } from '#domain/posts-feed';
import type { PostId, UserId } from '#domain/ids';
import type { Position } from '#store/dynamo';
import type { FollowPage } from '#store/follows';

type Ask = { limit: number; before: PostId | undefined };

type Parts = {
  follows: { following(id: UserId, ask: { limit: number; after: Position | undefined }): Promise<FollowPage> };
  users: { lastPosts(ids: readonly UserId[]): Promise<Map<UserId, PostId>> };
  posts: { byAuthor(author: UserId, ask: Ask): Promise<Slice> };
};

/** The feed is made of this many authors, the latest that one follows: a page must not cost more the more one follows. */
export const FEED_AUTHORS = 500;
/** This many authors are asked side by side, before a look at whether that is enough. */
const WAVE = 10;

/**
 * The posts of the authors that one follows, gathered when they are read (fan-out on read): nothing is written twice, an unfollow
 * and a block work at once, and an author with a million followers posts as cheaply as one with none. The newest post of each author bounds
 * what they can add, so that mostly the first wave settles a page.
 */
export const createFollowingFeed =
  ({ follows, users, posts }: Parts) =>
  async (reader: UserId, { limit, before }: Ask): Promise<Slice> => {
    const page = await follows.following(reader, { limit: FEED_AUTHORS, after: undefined });
    const newest = await users.lastPosts(page.follows.map(({ followee }) => followee));
    const candidates = [...newest]
      .map(([author, last]): Candidate => ({ author, newest: before !== undefined && before < last ? before : last }))
      .sort(byPromise);

    const slices: Slice[] = [];
    let feed: Slice = { posts: [], more: false };
    for (let asked = 0; asked < candidates.length; asked += WAVE) {
      const wave = candidates.slice(asked, asked + WAVE).map(({ author }) => posts.byAuthor(author, { limit, before }));
      slices.push(...(await Promise.all(wave)));
      feed = mergeSlices(slices, limit);
      const next = candidates[asked + WAVE];
      if (isSettled(feed, limit, next)) return { ...feed, more: feed.more || next !== undefined };
    }
    return feed;
  };
