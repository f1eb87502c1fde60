import type { ActView, ModerationPage, Moderate } from '#contract/chat';
import type { Act, Sanction } from '#domain/chat';
import { type ActId, type Handle, parseActId, parseHandle, type UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Person, User } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { Position } from '#store/dynamo';
import type { ModerationStore } from '#store/moderation';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import type { Chat } from './chat.ts';
import { toAuthor } from './chat-views.ts';
import type { Eviction } from './eviction.ts';
import type { Wake } from './wake.ts';

type Who = Pick<Caller, 'userId' | 'roles'>;

type Parts = {
  chat: Chat;
  chatStore: ChatStore;
  moderation: ModerationStore;
  eviction: Pick<Eviction, 'ofPerson'>;
  people: {
    byHandle(handle: Handle): Promise<User | undefined>;
    findMany(ids: readonly UserId[]): Promise<Map<UserId, Person>>;
  };
  /** Whether somebody is a moderator of the platform. */
  isModerator: (user: User) => boolean;
  wake: Wake;
  clock: () => Date;
  newActId: (now: number) => ActId;
};

const HELD_SHOWN = 50;

/** How it was before an act about somebody: until when they had been asked to wait. A ban has no end, and so leaves none. */
const untilBefore = (stood: Sanction | undefined): Pick<Act, 'before'> =>
  stood?.until === undefined ? {} : { before: stood.until };

/**
 * What a creator and the moderators whom they have named do in an audience. Each act is noted with how things were before, so that
 * its creator sees it and can take it back.
 */
export const createModerating = ({
  chat,
  chatStore,
  moderation,
  eviction,
  people,
  isModerator,
  wake,
  clock,
  newActId,
}: Parts) => {
  const now = (): number => clock().getTime();

  const person = async (stream: Stream, by: Who, text: string): Promise<User> => {
    const handle = parseHandle(text);
    const user = handle && (await people.byHandle(handle));
    if (!user) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    if (user.id === stream.creatorId || user.id === by.userId || isModerator(user))
      throw new Refusal('not-allowed', 'That cannot be done to this person.');
    if (by.userId !== stream.creatorId && (await moderation.moderates(stream.creatorId, user.id)))
      throw new Refusal('not-allowed', 'Only the creator can do that to a moderator.');
    return user;
  };

  const message = async ({ id }: Stream, seq: number) => {
    const found = await chatStore.get(id, seq);
    if (!found) throw new Refusal('message-not-found', 'There is no such message.');
    return found;
  };

  /** Does it; what is worth noting of it, or undefined where it was so already. */
  const perform = async (
    stream: Stream,
    by: Who,
    wanted: Exclude<Moderate, { act: 'undo' }>,
  ): Promise<Pick<Act, 'userId' | 'seq' | 'text' | 'value' | 'before'> | undefined> => {
    const { id, creatorId } = stream;
    switch (wanted.act) {
      case 'delete': {
        const { seq, userId, text } = await message(stream, wanted.seq);
        return (await chatStore.mark(id, seq, by.userId, now())) ? { seq, userId, text } : undefined;
      }
      case 'timeout': {
        const { id: userId } = await person(stream, by, wanted.handle);
        const stood = await moderation.sanctionOn(creatorId, userId, now());
        const until = now() + wanted.seconds * 1_000;
        if (!(await moderation.sanction(creatorId, { userId, kind: 'timeout', until }))) return undefined;
        return { userId, value: wanted.seconds, ...untilBefore(stood) };
      }
      case 'ban': {
        const { id: userId } = await person(stream, by, wanted.handle);
        const stood = await moderation.sanctionOn(creatorId, userId, now());
        const isNew = await moderation.sanction(creatorId, { userId, kind: 'ban' });
        await eviction.ofPerson(userId, [creatorId]);
        return isNew ? { userId, ...untilBefore(stood) } : undefined;
      }
      case 'unban': {
        const { id: userId } = await person(stream, by, wanted.handle);
        const stood = await moderation.pardon(creatorId, userId);
        return stood && { userId, ...untilBefore(stood) };
      }
      case 'pin': {
        const { seq, userId, text } = await message(stream, wanted.seq);
        const { pinned } = await chatStore.setRules(id, { pinned: seq }, now());
        return { seq, userId, text, ...(pinned !== undefined && { before: pinned }) };
      }
      case 'unpin': {
        const { pinned } = await chatStore.setRules(id, { pinned: undefined }, now());
        return pinned === undefined ? undefined : { before: pinned };
      }
      case 'slow': {
        const { slowSeconds } = await chatStore.setRules(id, { slowSeconds: wanted.seconds }, now());
        return { value: wanted.seconds, before: slowSeconds };
      }
      case 'followers': {
        const minutes = wanted.minutes ?? undefined;
        const { followersForMinutes } = await chatStore.setRules(id, { followersForMinutes: minutes }, now());
        return {
          ...(minutes !== undefined && { value: minutes }),
          ...(followersForMinutes !== undefined && { before: followersForMinutes }),
        };
      }
      case 'freeze':
      case 'unfreeze': {
        const frozen = wanted.act === 'freeze';
        const { frozen: was } = await chatStore.setRules(id, { frozen }, now());
        return was === frozen ? undefined : {};
      }
      case 'approve':
      case 'reject': {
        const held = await chatStore.takeHeld(id, wanted.heldId);
        if (!held) throw new Refusal('message-not-found', 'There is no such message.');
        const { userId, text } = held;
        if (wanted.act === 'reject') return { userId, text };
        const { seq } = await chat.release(stream, held);
        return { userId, text, seq };
      }
      default:
        return wanted satisfies never;
    }
  };

  const takeBack = async (stream: Stream, by: Who, done: Act): Promise<void> => {
    const { id, creatorId } = stream;
    const { act, seq, userId, before } = done;
    switch (act) {
      case 'delete':
        if (seq !== undefined) await chatStore.mark(id, seq, undefined, now());
        return;
      case 'approve':
        if (seq !== undefined) await chatStore.mark(id, seq, by.userId, now());
        return;
      case 'timeout':
      case 'ban':
        if (userId === undefined) return;
        await moderation.pardon(creatorId, userId, act);
        if (before !== undefined) await moderation.sanction(creatorId, { userId, kind: 'timeout', until: before });
        return;
      case 'unban':
        if (userId === undefined) return;
        if (before !== undefined) await moderation.sanction(creatorId, { userId, kind: 'timeout', until: before });
        else {
          await moderation.sanction(creatorId, { userId, kind: 'ban' });
          await eviction.ofPerson(userId, [creatorId]);
        }
        return;
      case 'pin':
      case 'unpin':
        await chatStore.setRules(id, { pinned: before }, now());
        return;
      case 'slow':
        await chatStore.setRules(id, { slowSeconds: before ?? 0 }, now());
        return;
      case 'followers':
        await chatStore.setRules(id, { followersForMinutes: before }, now());
        return;
      case 'freeze':
      case 'unfreeze':
        await chatStore.setRules(id, { frozen: act === 'unfreeze' }, now());
        return;
      case 'reject':
        throw new Refusal('not-allowed', 'What was turned away is not kept.');
      default:
        act satisfies never;
    }
  };

  const require = async (stream: Stream, who: Who): Promise<void> => {
    if ((await chat.role(stream, who)) === 'viewer')
      throw new Refusal('not-allowed', 'This is for the creator and their moderators.');
  };

  return {
    /** Does what a moderator wants; refused where they are none. */
    act: async (stream: Stream, by: Who, wanted: Moderate): Promise<void> => {
      await require(stream, by);
      const { creatorId } = stream;
      if (wanted.act === 'undo') {
        const id = parseActId(wanted.actId);
        const done = id && (await moderation.act(creatorId, id));
        if (!done || done.streamId !== stream.id || done.undoneAt !== undefined)
          throw new Refusal('not-found', 'There is nothing to take back.');
        await takeBack(stream, by, done);
        await moderation.undone(creatorId, done.id, by.userId, now());
      } else {
        const noted = await perform(stream, by, wanted);
        if (noted)
          await moderation.note(creatorId, {
            id: newActId(now()),
            at: now(),
            by: by.userId,
            act: wanted.act,
            streamId: stream.id,
            ...noted,
          });
      }
      await wake(stream.id);
    },

    /** What was done in this creator's audiences, the newest first, and what is held back in this one. */
    log: async (
      stream: Stream,
      who: Who,
      ask: { limit: number; after: Position | undefined },
    ): Promise<Omit<ModerationPage, 'cursor'> & { next: Position | undefined }> => {
      await require(stream, who);
      const [{ acts, next }, held] = await Promise.all([
        moderation.acts(stream.creatorId, ask),
        chatStore.held(stream.id, HELD_SHOWN),
      ]);
      const ids = [
        ...acts.flatMap(({ by, userId }) => [by, ...(userId ? [userId] : [])]),
        ...held.map(({ userId }) => userId),
      ];
      const known = await people.findMany([...new Set(ids)]);
      const author = (id: UserId | undefined) => {
        const found = id && known.get(id);
        return found && toAuthor(found);
      };
      return {
        items: acts.map(({ id, at, act, by, userId, text, value, undoneAt }): ActView => ({
          id,
          at: new Date(at).toISOString(),
          act,
          by: author(by),
          about: author(userId),
          text,
          value,
          undone: undoneAt !== undefined,
        })),
        held: held.flatMap(({ id, userId, text, at }) => {
          const from = author(userId);
          return from ? [{ id, from, text, at: new Date(at).toISOString() }] : [];
        }),
        next,
      };
    },
  };
};
export type Moderating = ReturnType<typeof createModerating>;
