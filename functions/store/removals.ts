import * as z from 'zod/mini';
import type { PostId, UploadId, UserId } from '#domain/ids';
import type { Post } from '#domain/post';
import type { Upload } from '#domain/upload';
import { PICTURES } from '#domain/user';
import * as brands from './brands.ts';
import { exists, type Part, type Table } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import { DUE_REMOVALS, postKey, postCountsKey, removalKey, userKey } from './keys.ts';
import { createRecord } from './record.ts';
import { entriesOfPost, entryParts } from './search.ts';
import { farewell, readUser } from './users.ts';

/** What is left to be removed of an account, in the order in which it goes. */
export const REMOVAL_STEPS = [
  'streams',
  'posts',
  'comments',
  'likes',
  'following',
  'followers',
  'blocks',
  'blocked-by',
] as const;
export type RemovalStep = (typeof REMOVAL_STEPS)[number];

const Removal = z.discriminatedUnion('of', [
  z.object({ of: z.literal('post'), postId: brands.postId, at: z.number() }),
  /** A file in the bucket: one that waits for its post, or that a post has held. */
  z.object({
    of: z.literal('upload'),
    ownerId: brands.userId,
    upload: brands.upload,
    waiting: z.boolean(),
    at: z.number(),
  }),
  z.object({ of: z.literal('user'), userId: brands.userId, at: z.number(), step: z.enum(REMOVAL_STEPS) }),
]);
export type Removal = z.infer<typeof Removal>;

const record = createRecord({ kind: 'removal', version: 1, schema: Removal });

/** A removal that fails stands back this long, so that it holds up no other. */
const STAND_BACK_MS = 5 * 60 * 1000;

/** What it is that goes. */
export const removedId = (removal: Removal): PostId | UploadId | UserId => {
  if (removal.of === 'upload') return removal.upload.id;
  return removal.of === 'post' ? removal.postId : removal.userId;
};

const keyOf = (removal: Removal) => removalKey(removedId(removal));

/** A removal as it stands on the list, from which the sweep takes it once it is due. */
export const removalNote = (removal: Removal, dueAt: number): Item => ({
  ...keyOf(removal),
  ...record.write(removal, { dueKey: DUE_REMOVALS, dueSort: new Date(dueAt).toISOString() }),
});

/** Puts a file that a post has held on the list. */
export const dropped = (owner: UserId, upload: Upload, now: number): Part<never> => ({
  put: removalNote({ of: 'upload', ownerId: owner, upload, waiting: false, at: now }, now),
});

export const readRemoval = (item: Item): Removal => record.read(item);

/**
 * Removing what has many parts: the thing itself goes at once, in one transaction with a note of what is left to do. The sweep
 * reads the note, and `removal-steps.ts` does it.
 */
export const createRemovalStore = ({ table }: { table: Table }) => ({
  /** Done as well where the post has gone already. */
  removePost: async (
    post: Pick<Post, 'id' | 'authorId' | 'upload' | 'text' | 'live' | 'createdAt'>,
    now: number,
  ): Promise<void> => {
    const { id, authorId, upload } = post;
    await table.transact([
      { remove: postKey(id), when: exists, or: 'gone' },
      { remove: postCountsKey(id) },
      { put: removalNote({ of: 'post', postId: id, at: now }, now) },
      ...(upload ? [dropped(authorId, upload, now)] : []),
      ...entryParts(entriesOfPost(post), []),
    ]);
  },

  /** The person is unknown from this moment: profile, handle and sign-in are gone. */
  removeUser: async (userId: UserId, now: number): Promise<void> => {
    for (;;) {
      const user = await table.get(userKey(userId));
      if (!user) return;
      const removal = removalNote({ of: 'user', userId, at: now, step: REMOVAL_STEPS[0] }, now);
      const person = readUser(user);
      const pictures = PICTURES.flatMap((picture) => person[picture] ?? []);
      const outcome = await table.transact([
        ...farewell(user, now),
        { put: removal },
        ...pictures.map((picture) => dropped(userId, picture, now)),
      ]);
      // the handle or a picture has changed between our reading and our writing: look again
      if (outcome.done) return;
    }
  },

  /** What is to be worked on now, the longest due first. */
  due: async (now: number, limit: number): Promise<Removal[]> => {
    const { items } = await table.query({
      index: 'byDue',
      partition: DUE_REMOVALS,
      below: new Date(now + 1).toISOString(),
      limit,
    });
    return items.map(readRemoval);
  },

  /** Notes how far a removal has come, and when it is to go on. */
  advance: async (removal: Removal, dueAt: number): Promise<void> => {
    await table.put(removalNote(removal, dueAt), exists);
  },

  finish: async (removal: Removal): Promise<void> => {
    await table.remove(keyOf(removal));
  },

  standBack: async (removal: Removal, now: number): Promise<void> => {
    const later = new Date(now + STAND_BACK_MS).toISOString();
    await table.update(
      keyOf(removal),
      { expression: 'SET dueSort = :later', values: toItem({ ':later': later }) },
      exists,
    );
  },
});
export type RemovalStore = ReturnType<typeof createRemovalStore>;
