import type { ActView, ModerationPage, Moderate } from '#contract/chat';
import { type ActId, parseActId, type UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Person } from '#domain/user';
import type { Position } from '#store/dynamo';
import { Refusal } from '../http/refusal.ts';
import { toAuthor } from './chat-views.ts';
import { type ActParts, createModerationActs, type Moderator } from './moderation-acts.ts';
import type { Wake } from './wake.ts';

type Parts = ActParts & {
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, Person>> };
  wake: Wake;
  newActId: (now: number) => ActId;
};

const HELD_SHOWN = 50;

/**
 * What a creator and the moderators whom they have named do in an audience. Each act is noted with how things were before, so that
 * its creator sees it and can take it back.
 */
export const createModerating = ({ wake, newActId, ...parts }: Parts) => {
  const { chat, chatStore, moderation, people, clock } = parts;
  const now = (): number => clock().getTime();
  const { perform, takeBack } = createModerationActs(parts);

  const require = async (stream: Stream, who: Moderator): Promise<void> => {
    if ((await chat.role(stream, who)) === 'viewer')
      throw new Refusal('not-allowed', 'This is for the creator and their moderators.');
  };

  return {
    /** Does what a moderator wants; refused where they are none. */
    act: async (stream: Stream, by: Moderator, wanted: Moderate): Promise<void> => {
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
      who: Moderator,
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
