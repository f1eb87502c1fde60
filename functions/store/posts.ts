import * as z from 'zod/mini';
import { mergeSlices, type Slice } from '#domain/posts-feed';
import type { PostId, StreamId, UserId } from '#domain/ids';
import type { Post, PostChanges, PostCounts } from '#domain/post';
import * as brands from './brands.ts';
import { absent, both, exists, type Expression, type Part, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import {
  EXPLORE_SHARDS,
  exploreList,
  followCountsKey,
  livePostKey,
  postKey,
  postsOfAuthor,
  postCountsKey,
  shardOf,
} from './keys.ts';
import { createRecord } from './record.ts';
import { dropped } from './removals.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { entriesOfPost, entryParts } from './search.ts';
import { takenUp } from './uploads.ts';

const postRecord = createRecord({
  kind: 'post',
  version: 1,
  schema: z.object({
    id: brands.postId,
    authorId: brands.userId,
    text: z.string(),
    mediaUrl: z.optional(z.string()),
    upload: z.optional(brands.publishedUpload),
    mediaAlt: z.optional(z.string()),
    streamId: z.optional(brands.streamId),
    live: z.optional(z.boolean()),
    createdAt: z.number(),
    editedAt: z.optional(z.number()),
  }),
});

const countsRecord = createRecord({
  kind: 'post counts',
  version: 1,
  schema: z.object({ postId: brands.postId, likes: z.number(), comments: z.number() }),
});

const livePostRecord = createRecord({
  kind: 'live post',
  version: 1,
  schema: z.object({ postId: brands.postId }),
});

const writtenBy = (author: UserId): Expression => ({
  expression: 'authorId = :author',
  values: toItem({ ':author': author }),
});

const says = (text: string): Expression => ({
  expression: '#text = :seenText',
  names: { '#text': 'text' },
  values: toItem({ ':seenText': text }),
});

/**
 * The part by which the post that announced a stream says its new title; none where its author has put it in words of their own, or
 * taken it down.
 */
export const retitled = async (table: Table, id: StreamId, from: string, to: string): Promise<Part<'moved'>[]> => {
  if (from === to) return [];
  const pointer = await table.get(livePostKey(id));
  const item = pointer && (await table.get(postKey(livePostRecord.read(pointer).postId)));
  const post = item && postRecord.read(item);
  if (!post || post.text !== from) return [];
  const set = { expression: 'SET #text = :text', names: { '#text': 'text' }, values: toItem({ ':text': to }) };
  return [
    { or: 'moved', update: postKey(post.id), set, when: both(exists, says(from)) },
    ...entryParts(entriesOfPost(post), entriesOfPost({ ...post, text: to })),
  ];
};

export const createPostStore = ({ table }: { table: Table }) => {
  /** Newest first, and only what is older than `before`: ids sort by age. */
  const slice = async (
    index: 'byList' | 'byOwner',
    partition: string,
    { limit, before }: { limit: number; before: PostId | undefined },
  ): Promise<Slice> => {
    const { items, next } = await table.query({ index, partition, below: before, newestFirst: true, limit });
    return { posts: items.map((item) => postRecord.read(item)), more: next !== undefined };
  };

  /** The parts that make a post: its author must still be there, and remembers it for the following feed. */
  const birth = (post: Post, { listed }: { listed: boolean }): Part<'gone'>[] => [
    {
      put: {
        ...postKey(post.id),
        ...postRecord.write(post, {
          ownerKey: postsOfAuthor(post.authorId),
          ownerSort: post.id,
          ...(listed && { listKey: exploreList(shardOf(post.id, EXPLORE_SHARDS)), listSort: post.id }),
        }),
      },
      when: absent,
    },
    {
      put: { ...postCountsKey(post.id), ...countsRecord.write({ postId: post.id, likes: 0, comments: 0 }) },
      when: absent,
    },
    {
      update: followCountsKey(post.authorId),
      set: { expression: 'SET lastPostId = :post', values: toItem({ ':post': post.id }) },
      when: exists,
      or: 'gone',
    },
    ...entryParts([], entriesOfPost(post)),
  ];

  const find = async (id: PostId): Promise<Post | undefined> => {
    const item = await table.get(postKey(id));
    return item && postRecord.read(item);
  };

  return {
    /** Not where the author's account has gone, or where the file is not, or no longer, there to be taken up. */
    create: async (post: Post): Promise<{ created: true } | { created: false; because: 'gone' | 'upload-gone' }> => {
      const file = post.upload ? [takenUp(post.authorId, post.upload, post.createdAt)] : [];
      const outcome = await table.transact<'gone' | 'upload-gone'>([...birth(post, { listed: true }), ...file]);
      return outcome.done ? { created: true } : { created: false, because: outcome.because };
    },

    /**
     * The post of a stream that has gone live: one for ever, however often and late it is told. Its author may take it down, and it
     * stays down. It needs no second look when the stream ends, because it shows the stream as that then is.
     *
     * @param post its id is used only where the stream has no post yet
     */
    publishLive: async (
      post: Post & { streamId: StreamId },
      { listed }: { listed: boolean },
    ): Promise<{ published: boolean }> => {
      const outcome = await table.transact([
        {
          put: { ...livePostKey(post.streamId), ...livePostRecord.write({ postId: post.id }, remembered(post)) },
          when: absent,
          or: 'published-already' as const,
        },
        ...birth({ ...post, live: true }, { listed }),
      ]);
      return { published: outcome.done };
    },

    find,

    /** Those of them that are there, in no order. */
    findMany: async (ids: readonly PostId[]): Promise<Post[]> =>
      (await table.getMany(ids.map(postKey))).map((item) => postRecord.read(item)),

    /** The post that announced a stream; undefined where there is none, or no longer. */
    ofStream: async (id: StreamId): Promise<Post | undefined> => {
      const item = await table.get(livePostKey(id));
      return item && find(livePostRecord.read(item).postId);
    },

    /** The post as it is now; undefined where it has gone. Other media takes the place of an uploaded file, which is removed. */
    edit: async (
      { id, authorId, upload }: Pick<Post, 'id' | 'authorId' | 'upload'>,
      { text, mediaUrl, mediaAlt }: PostChanges,
      now: number,
    ): Promise<Post | undefined> => {
      const sets = ['editedAt = :now'];
      const removes: string[] = [];
      const values: Record<string, string | number> = { ':now': now };
      if (text !== undefined) {
        sets.push('#text = :text');
        values[':text'] = text;
      }
      if (typeof mediaUrl === 'string') {
        sets.push('mediaUrl = :mediaUrl');
        values[':mediaUrl'] = mediaUrl;
      }
      if (mediaUrl === null) removes.push('mediaUrl');
      if (mediaUrl !== undefined) removes.push('upload');
      if (typeof mediaAlt === 'string') {
        sets.push('mediaAlt = :mediaAlt');
        values[':mediaAlt'] = mediaAlt;
      }
      // of other media the old words say nothing
      if (mediaAlt === null || (mediaUrl !== undefined && mediaAlt === undefined)) removes.push('mediaAlt');
      return retryOnConflict<Post | undefined>(async () => {
        const before = text === undefined ? undefined : await find(id);
        const outcome = await table.transact<'gone' | 'moved'>([
          {
            update: postKey(id),
            set: {
              expression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
              ...(text !== undefined && { names: { '#text': 'text' } }),
              values: toItem(values),
            },
            when: before
              ? both(both(exists, writtenBy(authorId)), says(before.text))
              : both(exists, writtenBy(authorId)),
            or: before ? 'moved' : 'gone',
          },
          ...(upload && mediaUrl !== undefined ? [dropped(authorId, upload, now)] : []),
          ...(before && text !== undefined
            ? entryParts(entriesOfPost(before), entriesOfPost({ ...before, text }))
            : []),
        ]);
        if (outcome.done) return { settled: await find(id) };
        return outcome.because === 'moved' ? 'conflict' : { settled: undefined };
      });
    },

    /** How many like these posts and comment on them; a post that has gone is left out. */
    counts: async (ids: readonly PostId[]): Promise<Map<PostId, PostCounts>> => {
      const items = await table.getMany(ids.map(postCountsKey));
      return new Map(items.map((item) => countsRecord.read(item)).map(({ postId, ...counts }) => [postId, counts]));
    },

    /** One author's, newest first. */
    byAuthor: (author: UserId, ask: { limit: number; before: PostId | undefined }) =>
      slice('byOwner', postsOfAuthor(author), ask),

    /** Everybody's, newest first: a look at each shard, merged. */
    explore: async (ask: { limit: number; before: PostId | undefined }): Promise<Slice> => {
      const shards = Array.from({ length: EXPLORE_SHARDS }, (_, shard) => slice('byList', exploreList(shard), ask));
      return mergeSlices(await Promise.all(shards), ask.limit);
    },
  };
};
/** No event of a show is later than this, so that nothing needs to know for longer that it had its post. */
const REMEMBERED_SECONDS = 30 * 24 * 60 * 60;

const remembered = ({ createdAt }: Post) => ({ expiresAt: Math.ceil(createdAt / 1000) + REMEMBERED_SECONDS });

export type PostStore = ReturnType<typeof createPostStore>;
