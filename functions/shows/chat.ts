import type { ChatMessageView, ChatPage, ChatRulesView, ChatStanding, Said, Say } from '#contract/chat';
import {
  CHAT_LIMITS,
  type ChatEntry,
  type ChatMessage,
  type ChatRules,
  hasHeldWord,
  type HeldMessage,
  type Reaction,
} from '#domain/chat';
import type { ActId, UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Person } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { FiguresStore } from '#store/figures';
import type { Rate, Taken } from '#store/limits';
import type { ModerationStore } from '#store/moderation';
import { type Caller, requireUnsuspended } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import type { Access } from './access.ts';
import { chatOneIn } from './mode.ts';
import type { Wake } from './wake.ts';

type Who = Pick<Caller, 'userId' | 'roles'>;
type Writer = Pick<Caller, 'userId' | 'roles' | 'suspended'>;

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

/** So much of a message is shown where another answers it. */
const QUOTED = 80;

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

  const role = async ({ creatorId }: Stream, { userId, roles }: Who): Promise<ChatStanding['role']> => {
    if (userId === creatorId) return 'creator';
    return roles.includes('moderator') || (await moderation.moderates(creatorId, userId)) ? 'moderator' : 'viewer';
  };

  /** Messages as people see them; those whose writer has gone are left out. */
  const views = async (stream: Stream, messages: readonly ChatMessage[]): Promise<ChatMessageView[]> => {
    if (messages.length === 0) return [];
    const known = new Map(messages.map((message) => [message.seq, message]));
    const missing = [...new Set(messages.flatMap(({ replyTo }) => replyTo ?? []))].filter((seq) => !known.has(seq));
    for (const answered of await Promise.all(missing.map((seq) => chat.get(stream.id, seq))))
      if (answered) known.set(answered.seq, answered);
    const [authors, moderators] = await Promise.all([
      people.findMany([...new Set([...known.values()].map(({ userId }) => userId))]),
      moderation.moderators(stream.creatorId),
    ]);
    const badge = (id: UserId) =>
      id === stream.creatorId ? ('creator' as const) : moderators.includes(id) ? ('moderator' as const) : undefined;
    return messages.flatMap(({ seq, userId, text, at, replyTo }): ChatMessageView[] => {
      const author = authors.get(userId);
      if (!author) return [];
      const answered = replyTo === undefined ? undefined : known.get(replyTo);
      const to = answered && answered.removedBy === undefined ? authors.get(answered.userId) : undefined;
      return [
        {
          id: String(seq),
          seq,
          from: { handle: author.handle, name: author.name, avatarUrl: author.avatarUrl, badge: badge(userId) },
          text,
          at: new Date(at).toISOString(),
          ...(answered &&
            to && {
              replyTo: { seq: answered.seq, handle: to.handle, text: answered.text.slice(0, QUOTED).toWellFormed() },
            }),
        },
      ];
    });
  };

  const rulesView = async (stream: Stream, { pinned, ...rules }: ChatRules): Promise<ChatRulesView> => {
    const isGone = pinned === undefined || stream.recordingRemovedAt !== undefined;
    const message = isGone ? undefined : await chat.get(stream.id, pinned);
    const [shown] = message && message.removedBy === undefined ? await views(stream, [message]) : [];
    return { ...rules, ...(shown && { pinned: shown }) };
  };

  const page = async (stream: Stream, entries: readonly ChatEntry[], seq: number, more: boolean): Promise<ChatPage> => {
    const [items, rules] = await Promise.all([
      views(stream, entries.filter(isShown)),
      chat.rules(stream.id).then((set) => rulesView(stream, set)),
    ]);
    const removed = entries.flatMap((entry) => (entry.kind === 'removed' ? [entry.of] : []));
    return { items, removed, seq, more, rules };
  };

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

  const mayWrite = async (stream: Stream, who: Writer): Promise<void> => {
    requireUnsuspended(who);
    await access.requireWatch(stream, who);
    if (stream.state === 'ended') throw new Refusal('stream-ended', 'This show is over: nobody writes here any more.');
    const { creatorId } = stream;
    const sanction = await moderation.sanctionOn(creatorId, who.userId, now());
    if (sanction)
      throw new Refusal('timed-out', 'A moderator has asked you to wait before you write again.', {
        details: sanction.until === undefined ? {} : { until: new Date(sanction.until).toISOString() },
      });
    const { slowSeconds, followersForMinutes, frozen } = await chat.rules(stream.id);
    if ((await role(stream, who)) !== 'viewer') return;
    if (frozen) throw new Refusal('chat-frozen', 'The chat is closed just now. You can read it.');
    if (followersForMinutes !== undefined) {
      const since = await follows.since(who.userId, creatorId);
      if (since === undefined || now() - since < followersForMinutes * 60_000)
        throw new Refusal(
          'followers-only',
          followersForMinutes === 0
            ? 'Only followers write here. Follow first.'
            : `Only who has followed for ${followersForMinutes} minutes writes here.`,
        );
    }
    if (slowSeconds > 0) await take(`chat:${stream.id}`, who.userId, { burst: 1, everyMs: slowSeconds * 1_000 });
  };

  const take = async (what: string, who: string, rate: Rate): Promise<void> => {
    const taken = await limits.take(what, who, rate, now());
    if (!taken.allowed) {
      const seconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1_000));
      throw new Refusal(
        'too-many-requests',
        `Wait ${seconds === 1 ? 'a second' : `${seconds} seconds`} before you write again.`,
        {
          headers: { 'Retry-After': String(seconds) },
          details: { retryAfterSeconds: seconds },
        },
      );
    }
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
        await take('chat-said', who.userId, { burst: CHAT_LIMITS.burst, everyMs: CHAT_LIMITS.everyMs });
        await mayWrite(stream, who);
      }
      const at = now();
      const message = { userId: who.userId, text, at, ...(replyTo !== undefined && { replyTo }) };
      const words = known === undefined ? await moderation.words(creatorId) : [];
      if (words.length > 0 && hasHeldWord(text, words) && (await role(stream, who)) === 'viewer') {
        await chat.hold(id, { id: newActId(at), ...message });
        return { held: true, clientId };
      }
      const [view] = await views(stream, [known ?? (await write(stream, message, clientId))]);
      return { held: false, clientId, ...(view && { message: view }) };
    },

    /** Says what was held back, in its writer's name. */
    release: (stream: Stream, { id, userId, text, replyTo }: HeldMessage): Promise<ChatMessage> =>
      write(stream, { userId, text, at: now(), ...(replyTo !== undefined && { replyTo }) }, `held-${id}`),

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
      return {
        ...(await page(stream, shown, seq, entries.length >= CHAT_LIMITS.tail)),
        from: entries[0]?.seq ?? 1,
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

    /** What had been said so many milliseconds into the show: from there a recording goes on with `after`. */
    at: async (stream: Stream, afterMs: number, limit: number): Promise<ChatPage> => {
      const told = await figures.told(stream.id, afterMs);
      const entries = told === 0 ? [] : await read(stream).before(told + 1, limit);
      return page(stream, entries, told, false);
    },
  };
};
export type Chat = ReturnType<typeof createChat>;

const isShown = (entry: ChatEntry): entry is Extract<ChatEntry, { kind: 'said' }> =>
  entry.kind === 'said' && entry.removedBy === undefined;
