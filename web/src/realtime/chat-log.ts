import type { ChatMessageView, ChatPage, ChatRulesView } from '#contract/chat';
import type { LiveView } from '#contract/http';
import type { SingleMessage } from '#contract/realtime';

/** What is known of what an audience has said: messages in their order, and how far that goes. */
export type ChatLog = {
  messages: readonly ChatMessageView[];
  /** Those that were taken away, so that no older answer brings one back. */
  removed: ReadonlySet<number>;
  /** The last number that is known of all that was said and done. */
  seq: number;
  rules: ChatRulesView;
};

export type ChatNews = Extract<SingleMessage, { type: 'chat' | 'removed' | 'restored' | 'rules' }>;

/** More are forgotten, the oldest first: a show may go on for half a day. */
const KEPT = 500;

/** What everybody gets who asks for a show, as far as it is about what was said. */
export type Tail = Pick<LiveView, 'chat' | 'seq' | 'chatFrom' | 'chatOneIn' | 'rules' | 'mode'>;

export const fromLive = ({ chat, seq, rules }: Pick<LiveView, 'chat' | 'seq' | 'rules'>): ChatLog => ({
  messages: chat,
  removed: new Set(),
  seq,
  rules,
});

/** With these messages as well, each once, in their order. */
export const withMessages = (log: ChatLog, more: readonly ChatMessageView[]): ChatLog => {
  const all = new Map(log.messages.map((message) => [message.seq, message]));
  const before = all.size;
  // One answer may bring a message twice: as it was said, and as it was put back.
  for (const message of more) if (!all.has(message.seq) && !log.removed.has(message.seq)) all.set(message.seq, message);
  if (all.size === before) return log;
  const messages = [...all.values()].toSorted((a, b) => a.seq - b.seq);
  return { ...log, messages: messages.slice(-KEPT) };
};

/** What was pushed, taken in. */
export const heard = (log: ChatLog, news: ChatNews): ChatLog => {
  const next = { ...log, seq: Math.max(log.seq, news.seq) };
  switch (news.type) {
    case 'chat': {
      const { type: _type, streamId: _streamId, ...message } = news;
      return withMessages(next, [message]);
    }
    case 'removed':
      return without(next, [news.of]);
    case 'restored': {
      const removed = new Set(next.removed);
      removed.delete(news.message.seq);
      return withMessages({ ...next, removed }, [news.message]);
    }
    case 'rules':
      return { ...next, rules: news.rules };
  }
};

/** Whether something before this was missed, of which all is there after number `after`. */
export const misses = (log: ChatLog, after: number): boolean => after > log.seq;

/** All that was said and done is known up to a number. */
export const known = (log: ChatLog, seq: number): ChatLog => (seq > log.seq ? { ...log, seq } : log);

/** What was asked for, taken in: from where it was asked for on, it is all that there is. */
export const asked = (log: ChatLog, { items, removed, seq, rules }: ChatPage): ChatLog => {
  const there = new Set(items.map((message) => message.seq));
  const back = { ...log, removed: new Set([...log.removed].filter((of) => !there.has(of))) };
  return { ...withMessages(without(back, removed), items), seq: Math.max(log.seq, seq), rules };
};

/**
 * The short answer that everybody gets, taken in; one out of a cache may be older than what is known. Where something is missing before
 * it, how far all is known stays where it was, so that the rest is asked for; not by a crowd, which is content with what it gets.
 */
export const polled = (log: ChatLog, live: Tail): ChatLog => {
  if (live.seq < log.seq) return withMessages(log, live.chat);
  const missing = misses(log, live.chatFrom - 1) && live.chatFrom - log.seq <= KEPT && live.mode === 'push';
  const { seq, ...more } = withTail(log, live);
  return { ...more, seq: missing ? log.seq : seq };
};

const withTail = (log: ChatLog, { chat, seq, chatFrom, chatOneIn = 1, rules }: Tail): ChatLog => {
  // of what the tail covers, what is not in it has been taken away
  const there = new Set(chat.map((message) => message.seq));
  const gone = log.messages
    .filter((message) => message.seq >= chatFrom && message.seq <= seq && message.seq % chatOneIn === 0)
    .flatMap((message) => (there.has(message.seq) ? [] : [message.seq]));
  const back = { ...log, removed: new Set([...log.removed].filter((of) => !there.has(of))) };
  return { ...withMessages(without(back, gone), chat), seq, rules };
};

const without = (log: ChatLog, gone: readonly number[]): ChatLog => {
  if (gone.length === 0) return log;
  const removed = new Set([...log.removed, ...gone]);
  // nor is it quoted any longer where it was answered
  const messages = log.messages.flatMap(({ replyTo, ...message }) => {
    if (removed.has(message.seq)) return [];
    return [replyTo === undefined || removed.has(replyTo.seq) ? message : { ...message, replyTo }];
  });
  // nor pinned
  const { pinned, ...others } = log.rules;
  return { ...log, removed, messages, rules: pinned && removed.has(pinned.seq) ? others : log.rules };
};
