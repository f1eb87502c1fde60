import type { ActOnReport } from '#contract/reports';
import { type ActId, type CommentId, parseActId, type PostId, type StreamId, type UserId } from '#domain/ids';
import type { Post } from '#domain/post';
import {
  isUndoable,
  parseReported,
  type PlatformAct,
  type ReportCase,
  type Reported,
  reportedName,
  type Suspension,
} from '#domain/report';
import type { Stream } from '#domain/stream';
import type { User } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { ReportStore } from '#store/reports';
import type { Caller } from '../http/caller.ts';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import type { Ending } from '../shows/ending.ts';
import type { Eviction } from '../shows/eviction.ts';
import type { Recordings } from '../shows/recordings.ts';
import type { Wake } from '../shows/wake.ts';

export type ActingParts = {
  reports: ReportStore;
  chatStore: Pick<ChatStore, 'mark'>;
  users: {
    find(id: UserId): Promise<User | undefined>;
    suspend(id: UserId, suspended: Suspension | undefined): Promise<User | undefined>;
  };
  /** Whether somebody is a moderator of the platform. */
  isModerator: (user: User) => boolean;
  posts: { find(id: PostId): Promise<Post | undefined> };
  comments: { remove(postId: PostId, id: CommentId): Promise<void> };
  removals: { removePost(post: Post, now: number): Promise<void> };
  streams: {
    get(id: StreamId): Promise<Stream | undefined>;
    onAir(creator: UserId): Promise<StreamId | undefined>;
  };
  ending: Pick<Ending, 'end'>;
  eviction: Pick<Eviction, 'ofPerson'>;
  recordings: Pick<Recordings, 'remove' | 'withdraw'>;
  wake: Wake;
  log: Log;
  clock: () => Date;
  newActId: (now: number) => ActId;
};

const DAY_MS = 24 * 3_600_000;

/**
 * What moderators of the platform do about what was reported: each act is noted, and can be taken back where what it did can be. Its
 * owner hears of no report, and sees of what was done only that the thing is gone, or that they may not write.
 */
export const createActing = ({
  reports,
  chatStore,
  users,
  isModerator,
  posts,
  comments,
  removals,
  streams,
  ending,
  eviction,
  recordings,
  wake,
  log,
  clock,
  newActId,
}: ActingParts) => {
  const now = (): number => clock().getTime();

  const found = async (caseId: string): Promise<ReportCase> => {
    const thing = parseReported(caseId);
    const reported = thing && (await reports.find(reportedName(thing)));
    if (!reported) throw new Refusal('not-found', 'Nobody has reported this.');
    return reported;
  };

  /** Takes a show off the air; it is over by then where its worker has let go in time. */
  const takenOff = async (stream: Stream): Promise<Stream> =>
    stream.state === 'ended' ? stream : ending.end(stream, 'moderated');

  const remove = async (about: Reported, by: UserId): Promise<void> => {
    switch (about.kind) {
      case 'message':
        if (await chatStore.mark(about.streamId, about.seq, by, now())) await wake(about.streamId);
        return;
      case 'post': {
        const post = await posts.find(about.postId);
        if (!post) return;
        if (post.live && post.streamId !== undefined) await recordings.withdraw(post.streamId);
        await removals.removePost(post, now());
        return;
      }
      case 'comment':
        return comments.remove(about.postId, about.commentId);
      case 'show': {
        const stream = await streams.get(about.streamId);
        if (!stream) return;
        const over = await takenOff(stream);
        if (over.state !== 'ended')
          throw new Refusal('conflict', 'The show is being ended. Remove it again in a moment.');
        await recordings.remove(over);
        return;
      }
      case 'person':
        throw new Refusal('not-allowed', 'A person is suspended, and not removed.');
      default:
        about satisfies never;
    }
  };

  const suspend = async (id: UserId, suspended: Suspension): Promise<Suspension | undefined> => {
    const user = await users.find(id);
    if (!user) throw new Refusal('not-found', 'This account has been deleted.');
    if (isModerator(user)) throw new Refusal('not-allowed', 'Who watches over the platform is not suspended here.');
    const before = await users.suspend(id, suspended);
    const onAir = await streams.onAir(id);
    const stream = onAir && (await streams.get(onAir));
    if (stream) await takenOff(stream);
    // and off the show of another, where they are a guest
    await eviction.ofPerson(id, []);
    return before?.suspended;
  };

  const note = async (
    { about, ownerId, text }: ReportCase,
    done: Pick<PlatformAct, 'act' | 'by' | 'before' | 'after'>,
  ): Promise<void> => {
    const at = now();
    await reports.note({ id: newActId(at), at, about, ownerId, text, ...done });
    log.info('platform act', { act: done.act, by: done.by, about: reportedName(about) });
  };

  const undo = async (actId: string): Promise<void> => {
    const id = parseActId(actId);
    const done = id && (await reports.act(id));
    if (!done || !isUndoable(done)) throw new Refusal('not-found', 'There is nothing to take back.');
    const { act, about, ownerId, before } = done;
    if (act === 'remove' && about.kind === 'message') {
      if (await chatStore.mark(about.streamId, about.seq, undefined, now())) await wake(about.streamId);
    }
    if (act === 'suspend') await users.suspend(ownerId, before);
    if (settles(act, about)) await reports.reopen(reportedName(about));
    await reports.undone(done.id, now());
  };

  return async ({ userId: by }: Caller, wanted: ActOnReport): Promise<void> => {
    if (wanted.act === 'undo') return undo(wanted.actId);
    const reported = await found(wanted.caseId);
    const { about, ownerId } = reported;
    const name = reportedName(about);
    if (wanted.act === 'dismiss') {
      // what another has dealt with already is not noted twice
      if (await reports.settle(name, now())) await note(reported, { act: 'dismiss', by });
      return undefined;
    }
    if (wanted.act === 'remove') {
      await remove(about, by);
      if (await reports.settle(name, now())) await note(reported, { act: 'remove', by });
      return undefined;
    }
    const after: Suspension = wanted.days === null ? {} : { until: now() + wanted.days * DAY_MS };
    const before = await suspend(ownerId, after);
    await note(reported, { act: 'suspend', by, after, ...(before && { before }) });
    if (settles('suspend', about)) await reports.settle(name, now());
    return undefined;
  };
};
export type Acting = ReturnType<typeof createActing>;

/** Whether an act takes the thing off the list: who suspends a writer has still to say what becomes of what they wrote. */
const settles = (act: PlatformAct['act'], about: Reported): boolean => act !== 'suspend' || about.kind === 'person';
