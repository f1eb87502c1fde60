import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessageView } from '#contract/chat';
import { asked, type ChatLog, type ChatNews, fromLive, heard, misses, polled, type Tail } from './chat-log.ts';

const RULES = { slowSeconds: 0, frozen: false };
const message = (seq: number): ChatMessageView => ({
  id: String(seq),
  seq,
  from: { handle: 'chen', name: 'Chen' },
  text: `message ${seq}`,
  at: '2026-11-27T10:00:00Z',
});
const chat = (seq: number): ChatNews => ({ type: 'chat', streamId: 'str_1', ...message(seq) });
const tail = (live: Partial<Tail> & Pick<Tail, 'chat' | 'seq'>): Tail => ({
  chatFrom: 1,
  mode: 'push',
  rules: RULES,
  ...live,
});
const empty = fromLive({ chat: [], seq: 0, rules: RULES });
const seqs = (log: ChatLog) => log.messages.map(({ seq }) => seq);

/** What happened in an audience: messages, and some taken away or put back. */
const history = fc
  .array(fc.record({ does: fc.constantFrom('say', 'say', 'say', 'remove', 'restore'), which: fc.nat() }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((steps) => {
    const said: number[] = [];
    const gone = new Set<number>();
    const news = steps.map(({ does, which }, i): ChatNews => {
      const seq = i + 1;
      const of = said[which % Math.max(1, said.length)];
      if (does === 'remove' && of !== undefined && !gone.has(of)) {
        gone.add(of);
        return { type: 'removed', streamId: 'str_1', seq, of };
      }
      if (does === 'restore' && of !== undefined && gone.has(of)) {
        gone.delete(of);
        return { type: 'restored', streamId: 'str_1', seq, message: message(of) };
      }
      said.push(seq);
      return chat(seq);
    });
    return { news, left: said.filter((seq) => !gone.has(seq)) };
  });

/** What the server answers from its own log after a number. */
const page = (news: readonly ChatNews[], after: number) => {
  const later = news.filter(({ seq }) => seq > after);
  const gone = new Set<number>();
  for (const one of news) {
    if (one.type === 'removed') gone.add(one.of);
    if (one.type === 'restored') gone.delete(one.message.seq);
  }
  const items = later.flatMap((one) =>
    one.type === 'chat' ? [message(one.seq)] : one.type === 'restored' ? [one.message] : [],
  );
  return {
    items: items.filter(({ seq }) => !gone.has(seq)),
    removed: later.flatMap((one) => (one.type === 'removed' ? [one.of] : [])).filter((of) => gone.has(of)),
    seq: news.at(-1)?.seq ?? after,
    more: false,
    rules: RULES,
  };
};

describe('what an audience has said', () => {
  it('is pinned no longer once it is taken away', () => {
    const log = fromLive({ chat: [message(1), message(2)], seq: 2, rules: { ...RULES, pinned: message(1) } });
    const removed = (of: number) => heard(log, { type: 'removed', streamId: 'str_1', seq: 3, of });
    expect(removed(2).rules.pinned?.seq).toBe(1);
    expect(removed(1).rules).toEqual(RULES);
  });

  it('is the same for who heard all, and for who missed some and asked', () => {
    fc.assert(
      fc.property(history, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), ({ news, left }, missed) => {
        let whole = empty;
        let holey = empty;
        for (const [i, one] of news.entries()) {
          whole = heard(whole, one);
          if (missed[i]) continue;
          holey = misses(holey, one.seq - 1) ? asked(holey, page(news.slice(0, i + 1), holey.seq)) : heard(holey, one);
        }
        holey = asked(holey, page(news, holey.seq));
        expect(seqs(whole)).toEqual(left);
        expect(seqs(holey)).toEqual(left);
        expect(holey.seq).toBe(news.length);
      }),
    );
  });

  it('is a message once that one answer brings as it was said and as it was put back', () => {
    const answer = { items: [message(1), message(1), message(4)], removed: [], seq: 4, more: false, rules: RULES };
    expect(seqs(asked(empty, answer))).toEqual([1, 4]);
  });

  it('is each message once, however often and in whatever order it comes', () => {
    let log = empty;
    for (const seq of [2, 1, 2, 3, 1]) log = heard(log, chat(seq));
    expect(seqs(log)).toEqual([1, 2, 3]);
  });

  it('does not bring back what was taken away when an older answer comes late', () => {
    let log = heard(heard(heard(empty, chat(1)), chat(2)), { type: 'removed', streamId: 'str_1', seq: 3, of: 1 });
    log = polled(log, tail({ chat: [message(1), message(2)], seq: 2 }));
    expect(seqs(log)).toEqual([2]);
  });

  it('does not quote what was taken away where it was answered', () => {
    const answer = { ...message(2), replyTo: { seq: 1, handle: 'chen', text: 'message 1' } };
    const log = fromLive({ chat: [message(1), answer], seq: 2, rules: RULES });
    expect(heard(log, { type: 'removed', streamId: 'str_1', seq: 3, of: 1 }).messages).toEqual([message(2)]);
  });

  it('loses by asking what was taken away meanwhile', () => {
    const log = polled(
      fromLive({ chat: [message(1), message(2), message(3)], seq: 3, rules: RULES }),
      tail({ chat: [message(1), message(3), message(5)], seq: 5, rules: { ...RULES, frozen: true } }),
    );
    expect([seqs(log), log.rules.frozen]).toEqual([[1, 3, 5], true]);
  });

  it('is not known up to an answer that begins too late, unless a crowd got it', () => {
    const known = fromLive({ chat: [message(1)], seq: 1, rules: RULES });
    const late = tail({ chat: [message(5)], seq: 5, chatFrom: 4 });
    expect(polled(known, late).seq).toBe(1);
    expect(polled(known, { ...late, mode: 'poll' }).seq).toBe(5);
    expect(seqs(polled(known, late))).toEqual([1, 5]);
  });

  it('keeps what one has said oneself where a part stands for the whole', () => {
    const known = fromLive({ chat: [message(2), message(3), message(4)], seq: 4, rules: RULES });
    const sampled = tail({ chat: [message(4), message(6)], seq: 7, chatFrom: 2, chatOneIn: 2, mode: 'poll' });
    // two has been taken away; three is not among those that would be shown
    expect(seqs(polled(known, sampled))).toEqual([3, 4, 6]);
  });
});
