import type { ChatMessageView, ChatPage, ChatStanding, Said, Say } from '#contract/chat';
import { CHAT_LIMITS, type ChatEntry, type ChatMessage, hasHeldWord, type Reaction } from '#domain/chat';
import type { ActId, UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Person } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { FiguresStore } from '#store/figures';
import type { Rate, Taken } from '#store/limits';
import type { ModerationStore } from '#store/moderation';
import type { Access } from './access.ts';
import { createChatPermission, type Who, type Writer } from './chat-permission.ts';
import { createChatViews } from './chat-views.ts';
import { chatOneIn } from './mode.ts';
import type { Wake } from './wake.ts';

type Parts = {
  chat: ChatStore;
  moderation: Pick<ModerationStore, 'moderates' | 'moderators' | 'sanctionOn' | 'words'>;
  figures: Pick<FiguresStore, 'told'>;
  follows: { since(follower: UserId, followee: UserId): Promise<number | undefined> };
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, Person>> };
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  access: Pick<Access, 'requireWatch'>;
  wake: Wake;
  clock: () => Date;
  newActId: (now: number) => ActId;
};

/** The greatest part of the 128 KiB that API Gateway takes in one message to a socket: who joins hears it there. */
const TAIL_BYTES = 96 * 1_024;

/** What an audience says to its creator and to each other. */
export const createChat = ({
  chat,
  moderation,
  figures,
  follows,
  people,
  limits,
  access,
  wake,
  clock,
  newActId,
}: Parts) => {
  const now = (): number => clock().getTime();
  const { views, rulesView, page } = createChatViews({ chat, moderation, people });
  const { role, requireRate, requireMayWrite } = createChatPermission({
    chat,
    moderation,
    follows,
    limits,
    access,
    clock,
  });

  /** Of a show whose recording was taken away nobody is shown what was said, whether it is gone already or not. */
  const read = ({ id, recordingRemovedAt }: Stream) => ({
    before: async (before: number | undefined, limit: number) =>
      recordingRemovedAt === undefined ? chat.before(id, before, limit) : [],
    after: async (after: number, limit: number) =>
      recordingRemovedAt === undefined ? chat.after(id, after, limit) : [],
  });

  /** Messages that came back are shown where they stood, wherever that is. */
  const withRestored = async (stream: Stream, entries: readonly ChatEntry[]): Promise<ChatEntry[]> => {
    const back = entries.flatMap((entry) => (entry.kind === 'restored' ? [entry.of] : []));
    const found = await Promise.all(back.map((seq) => chat.get(stream.id, seq)));
    const seen = new Set(entries.map(({ seq }) => seq));
    const missing = found.flatMap((message) =>
      message && !seen.has(message.seq) ? [{ kind: 'said' as const, ...message }] : [],
    );
    return [...missing, ...entries].toSorted((a, b) => a.seq - b.seq);
  };

  const write = async (
    stream: Stream,
    message: Omit<ChatMessage, 'seq' | 'removedBy'>,
    clientId: string,
  ): Promise<ChatMessage> => {
    const { said, message: written } = await chat.say(stream.id, message, clientId);
    if (said) await wake(stream.id);
    return written;
  };

  return {
    role,
    views,
    rulesView,

    /** What somebody may do in an audience. */
    standing: async (stream: Stream, who: Who): Promise<ChatStanding> => {
      const sanction = await moderation.sanctionOn(stream.creatorId, who.userId, now());
      return {
        role: await role(stream, who),
        ...(sanction?.until !== undefined && { timedOutUntil: new Date(sanction.until).toISOString() }),
      };
    },

    /** Says something. A repeat with the same `clientId` is answered with what was said the first time. */
    say: async (stream: Stream, who: Writer, { text, clientId, replyTo }: Say): Promise<Said> => {
      const { creatorId, id } = stream;
      const known = await chat.known(id, who.userId, clientId);
      if (known === undefined) {
        // not the route's own rate, which counts all that is sent there
        await requireRate('chat-said', who.userId, { burst: CHAT_LIMITS.burst, everyMs: CHAT_LIMITS.everyMs });
        await requireMayWrite(stream, who);
      }
      const at = now();
      const message = { userId: who.userId, text, at, ...(replyTo !== undefined && { replyTo }) };
      const words = known === undefined ? await moderation.words(creatorId) : [];
      if (words.length > 0 && hasHeldWord(text, words) && (await role(stream, who)) === 'viewer') {
        await chat.hold(id, { id: newActId(at), ...message }, clientId);
        return { held: true, clientId };
      }
      const [view] = await views(stream, [known ?? (await write(stream, message, clientId))]);
      return { held: false, clientId, ...(view && { message: view }) };
    },

    /** Says what was held back, in its writer's name. Undefined where it is not held any more. */
    release: async ({ id }: Stream, heldId: string): Promise<ChatMessage | undefined> => {
      const message = await chat.release(id, heldId, now());
      if (message) await wake(id);
      return message;
    },

    react: async (stream: Stream, reaction: Reaction): Promise<void> => {
      await chat.react(stream.id, reaction);
      await wake(stream.id);
    },

    /**
     * What somebody who joins is shown.
     *
     * @param sampled whether a part stands for the whole where more is said than one answer holds
     * @returns also from which number on this is all there is, or one in `oneIn` of it
     */
    tail: async (
      stream: Stream,
      { sampled }: { sampled: boolean },
    ): Promise<ChatPage & { from: number; oneIn: number }> => {
      const latest = await read(stream).before(undefined, CHAT_LIMITS.tail);
      const oneIn = sampled ? chatOneIn(latest) : 1;
      const entries = oneIn === 1 ? latest : await read(stream).before(undefined, CHAT_LIMITS.tail * oneIn);
      const staff = oneIn === 1 ? [] : [stream.creatorId, ...(await moderation.moderators(stream.creatorId))];
      const shown = entries.filter(
        (entry) =>
          entry.seq % oneIn === 0 || (entry.kind === 'said' ? staff.includes(entry.userId) : entry.kind === 'rules'),
      );
      const seq = entries.at(-1)?.seq ?? 0;
      const all = await page(stream, shown, seq, entries.length >= CHAT_LIMITS.tail);
      const items = newestWithin(all.items, TAIL_BYTES);
      const isCut = items.length < all.items.length;
      return {
        ...all,
        items,
        more: all.more || isCut,
        from: (isCut ? items[0] : entries[0])?.seq ?? 1,
        oneIn,
      };
    },

    before: async (stream: Stream, before: number | undefined, limit: number): Promise<ChatPage> => {
      const entries = await read(stream).before(before, limit);
      return page(stream, entries, entries.at(-1)?.seq ?? 0, entries.length === limit);
    },

    after: async (stream: Stream, after: number, limit: number): Promise<ChatPage> => {
      const entries = await read(stream).after(after, limit);
      return page(stream, await withRestored(stream, entries), entries.at(-1)?.seq ?? after, entries.length === limit);
    },

    /** What had been said when the show was `afterMs` old: from there a recording goes on with `after`. */
    at: async (stream: Stream, afterMs: number, limit: number): Promise<ChatPage> => {
      if (isOverAt(stream, afterMs)) {
        // the last words come after the last point of the curve
        const entries = await read(stream).before(undefined, limit);
        return page(stream, entries, entries.at(-1)?.seq ?? 0, false);
      }
      const told = await figures.told(stream.id, afterMs);
      const entries = told === 0 ? [] : await read(stream).before(told + 1, limit);
      return page(stream, entries, told, false);
    },
  };
};
export type Chat = ReturnType<typeof createChat>;

const newestWithin = (messages: readonly ChatMessageView[], bytes: number): ChatMessageView[] => {
  let left = bytes;
  const tooMuch = messages.findLastIndex((message) => {
    left -= Buffer.byteLength(JSON.stringify(message));
    return left < 0;
  });
  return messages.slice(tooMuch + 1);
};

const isOverAt = ({ state, startedAt, endedAt }: Stream, afterMs: number): boolean =>
  state === 'ended' && startedAt !== undefined && endedAt !== undefined && startedAt + afterMs >= endedAt;
