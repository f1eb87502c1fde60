import type { PostId, UserId } from '#domain/ids';
import type { Upload } from '#domain/upload';
import type { BlockStore } from './blocks.ts';
import type { ChatStore } from './chat.ts';
import { clear as clearPartition } from './clear.ts';
import type { CommentStore } from './comments.ts';
import type { Table } from './dynamo.ts';
import type { FollowStore } from './follows.ts';
import { postPartition } from './keys.ts';
import type { LikeStore } from './likes.ts';
import type { ModerationStore } from './moderation.ts';
import type { PostStore } from './posts.ts';
import type { PushStore } from './pushes.ts';
import { type Removal, REMOVAL_STEPS, type RemovalStep, type RemovalStore } from './removals.ts';
import type { ReportStore } from './reports.ts';

/** How many things of one kind a step removes: it ends well inside a Lambda's time, and the next step goes on. */
const PAGE = 25;
/** A request that was under way when the account went may write once more, and an index shows it late: all is looked at again. */
const SETTLED_MS = 15 * 60 * 1000;
/** How long after its removal a file is removed once more: whoever still has its form may have sent it again. */
const RESENT_MS = 60 * 60 * 1000;

/** Ends and takes away some of a creator's streams; false once there is none left. */
export type RemoveStreams = (creator: UserId, now: number) => Promise<boolean>;

/** Takes a file out of the bucket; done as well where it never came. */
export type RemoveFile = (owner: UserId, upload: Upload) => Promise<void>;

type Parts = {
  table: Table;
  removals: Pick<RemovalStore, 'removePost' | 'advance' | 'finish'>;
  posts: Pick<PostStore, 'byAuthor'>;
  comments: Pick<CommentStore, 'byAuthor' | 'remove'>;
  chat: Pick<ChatStore, 'clearOf'>;
  moderation: Pick<ModerationStore, 'clearAbout'>;
  reports: Pick<ReportStore, 'clearBy' | 'clearOf'>;
  pushes: Pick<PushStore, 'subscriptions' | 'unsubscribe'>;
  likes: Pick<LikeStore, 'byUser' | 'unlike'>;
  follows: Pick<FollowStore, 'followees' | 'followers' | 'unfollow'>;
  blocks: Pick<BlockStore, 'blockedBy' | 'blockersOf' | 'unblock'>;
  removeStreams: RemoveStreams;
  removeFile: RemoveFile;
};

/** What deleted posts and accounts have left behind goes in steps. Each step may be repeated, and broken off anywhere. */
export const createRemovalSteps = ({
  table,
  removals,
  posts,
  comments,
  chat,
  moderation,
  reports,
  pushes,
  likes,
  follows,
  blocks,
  removeStreams,
  removeFile,
}: Parts) => {
  /** One page of what is left under a post. True while there may be more. */
  const clearPost = (postId: PostId): Promise<boolean> =>
    clearPartition(table, { partition: postPartition(postId) }, PAGE);

  /** One page of one step. True while there may be more of it. */
  const clear: Record<RemovalStep, (userId: UserId, now: number) => Promise<boolean>> = {
    streams: removeStreams,
    posts: async (userId, now) => {
      const { posts: page } = await posts.byAuthor(userId, { limit: PAGE, before: undefined });
      return each(page, (post) => removals.removePost(post, now));
    },
    // under posts, in audiences, and what others keep of them: a step of its own would be one that the code before cannot read
    comments: async (userId) =>
      (await each(await comments.byAuthor(userId, { limit: PAGE }), ({ postId, id }) => comments.remove(postId, id))) ||
      (await chat.clearOf(userId, PAGE)) ||
      (await moderation.clearAbout(userId, PAGE)) ||
      (await reports.clearBy(userId, PAGE)) ||
      (await reports.clearOf(userId, PAGE)) ||
      each(await pushes.subscriptions(userId), ({ id }) => pushes.unsubscribe(userId, id)),
    likes: async (userId) => each(await likes.byUser(userId, { limit: PAGE }), (id) => likes.unlike(id, userId)),
    following: async (userId) =>
      each(await follows.followees(userId, { limit: PAGE }), (followee) => follows.unfollow(userId, followee)),
    followers: async (userId) => {
      const page = await follows.followers(userId, { limit: PAGE, after: undefined });
      return each(page.follows, ({ follower }) => follows.unfollow(follower, userId));
    },
    blocks: async (userId) =>
      each(await blocks.blockedBy(userId, { limit: PAGE }), ({ blocked }) => blocks.unblock(userId, blocked)),
    'blocked-by': async (userId) =>
      each(await blocks.blockersOf(userId, { limit: PAGE }), ({ blocker }) => blocks.unblock(blocker, userId)),
  };

  /** Where a removal stands after one page: the same note, the next, or undefined where all is done. */
  const work = async (removal: Removal, now: number): Promise<{ removal: Removal; dueAt: number } | undefined> => {
    if (removal.of === 'post') return (await clearPost(removal.postId)) ? { removal, dueAt: now } : undefined;
    if (removal.of === 'upload') {
      await removeFile(removal.ownerId, removal.upload);
      const last = removal.at + RESENT_MS;
      return now >= last ? undefined : { removal, dueAt: last };
    }
    if (await clear[removal.step](removal.userId, now)) return { removal, dueAt: now };
    const next = REMOVAL_STEPS[REMOVAL_STEPS.indexOf(removal.step) + 1];
    if (next) return { removal: { ...removal, step: next }, dueAt: now };
    const settled = removal.at + SETTLED_MS;
    return now >= settled ? undefined : { removal: { ...removal, step: REMOVAL_STEPS[0] }, dueAt: settled };
  };

  return {
    /** Does one page of a removal and notes how far it has come. `working`: there is more that can be done at once. */
    proceed: async (removal: Removal, now: number): Promise<{ working: boolean; removal: Removal }> => {
      const then = await work(removal, now);
      if (then) await removals.advance(then.removal, then.dueAt);
      else await removals.finish(removal);
      return { working: then !== undefined && then.dueAt <= now, removal: then?.removal ?? removal };
    },
  };
};

/** Does all of a page side by side. True where there was something to do. */
const each = async <Thing>(page: readonly Thing[], remove: (thing: Thing) => Promise<unknown>): Promise<boolean> => {
  await Promise.all(page.map(remove));
  return page.length > 0;
};
