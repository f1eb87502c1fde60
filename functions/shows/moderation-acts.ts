import type { Moderate } from '#contract/chat';
import type { Act, Sanction } from '#domain/chat';
import { type Handle, parseHandle } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { User } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { ModerationStore } from '#store/moderation';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import type { Chat } from './chat.ts';
import type { Eviction } from './eviction.ts';

/** Who does it: a creator, or whoever moderates for them. */
export type Moderator = Pick<Caller, 'userId' | 'roles'>;

export type ActParts = {
  chat: Chat;
  chatStore: ChatStore;
  moderation: ModerationStore;
  eviction: Pick<Eviction, 'ofPerson'>;
  people: { byHandle(handle: Handle): Promise<User | undefined> };
  /** Whether somebody is a moderator of the platform. */
  isModerator: (user: User) => boolean;
  clock: () => Date;
};

const there = <Message>(found: Message | undefined): Message => {
  if (!found) throw new Refusal('message-not-found', 'There is no such message.');
  return found;
};

/** How it was before an act about somebody: until when they had been asked to wait. A ban has no end, and so leaves none. */
const untilBefore = (stood: Sanction | undefined): Pick<Act, 'before'> =>
  stood?.until === undefined ? {} : { before: stood.until };

/** Each act of a moderator, and how it is taken back. Who may is not asked here. */
export const createModerationActs = ({
  chat,
  chatStore,
  moderation,
  eviction,
  people,
  isModerator,
  clock,
}: ActParts) => {
  const now = (): number => clock().getTime();

  const person = async (stream: Stream, by: Moderator, text: string): Promise<User> => {
    const handle = parseHandle(text);
    const user = handle && (await people.byHandle(handle));
    if (!user) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    if (user.id === stream.creatorId || user.id === by.userId || isModerator(user))
      throw new Refusal('not-allowed', 'That cannot be done to this person.');
    if (by.userId !== stream.creatorId && (await moderation.moderates(stream.creatorId, user.id)))
      throw new Refusal('not-allowed', 'Only the creator can do that to a moderator.');
    return user;
  };

  const message = async ({ id }: Stream, seq: number) => there(await chatStore.get(id, seq));

  /** Does it; what is worth noting of it, or undefined where it was so already. */
  const perform = async (
    stream: Stream,
    by: Moderator,
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
      case 'approve': {
        const { userId, text, seq } = there(await chat.release(stream, wanted.heldId));
        return { userId, text, seq };
      }
      case 'reject': {
        const { userId, text } = there(await chatStore.takeHeld(id, wanted.heldId));
        return { userId, text };
      }
      default:
        return wanted satisfies never;
    }
  };

  const takeBack = async (stream: Stream, by: Moderator, done: Act): Promise<void> => {
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

  return { perform, takeBack };
};
