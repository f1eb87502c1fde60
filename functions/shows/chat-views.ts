import type { ChatMessageView, ChatPage, ChatRulesView } from '#contract/chat';
import type { ChatEntry, ChatMessage, ChatRules } from '#domain/chat';
import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import { avatarUrlOf, type Person } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { ModerationStore } from '#store/moderation';

type Parts = {
  chat: Pick<ChatStore, 'get' | 'rules'>;
  moderation: Pick<ModerationStore, 'moderators'>;
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, Person>> };
};

/** Characters of a message that are shown where another answers it. */
const QUOTED = 80;

/** What an audience has said, as people are shown it. */
export const createChatViews = ({ chat, moderation, people }: Parts) => {
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
          from: { ...toAuthor(author), badge: badge(userId) },
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

  return { views, rulesView, page };
};

/** A person as an audience sees them. */
export const toAuthor = (person: Person): ChatMessageView['from'] => ({
  handle: person.handle,
  name: person.name,
  avatarUrl: avatarUrlOf(person),
});

const isShown = (entry: ChatEntry): entry is Extract<ChatEntry, { kind: 'said' }> =>
  entry.kind === 'said' && entry.removedBy === undefined;
