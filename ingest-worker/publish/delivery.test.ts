import { describe, expect, it } from 'vitest';
import { createDelivery, type Delivery } from './delivery.ts';

const LIMITS = { ackWindowBytes: 131_072, flushedMs: 5_000, silenceMs: 15_000, stallMs: 8_000 };

/** A connection that has just opened, and one tag of so many bytes written and flushed on it, as often as wanted. */
const make = (): { delivery: Delivery; pass: (bytes: number, tags?: number) => void } => {
  const delivery = createDelivery(LIMITS);
  delivery.look(0);
  const pass = (bytes: number, tags = 1): void => {
    for (let tag = 0; tag < tags; tag += 1) {
      delivery.wrote(bytes, true);
      delivery.flushed(bytes);
    }
  };
  return { delivery, pass };
};

describe('delivery', () => {
  it('[P7] counts whole tags up to the acknowledged byte', () => {
    const { delivery, pass } = make();
    delivery.wrote(3_073, false);
    pass(1_000, 3);
    delivery.acknowledged(3_073 + 1_999, 10);
    expect(delivery.look(10)).toEqual({ tags: 1, rule: 'acknowledged', overdue: false });
    delivery.acknowledged(3_073 + 2_000, 20);
    expect(delivery.look(20).tags).toBe(2);
  });

  it('[P7] goes on counting where the 32 bits of the wire begin again', () => {
    const { delivery, pass } = make();
    const step = 2 ** 30;
    for (let sent = 1; sent <= 9; sent += 1) {
      pass(step);
      delivery.acknowledged((sent * step) % 2 ** 32, sent);
      expect(delivery.look(sent).tags).toBe(sent);
    }
    expect(delivery.totals().acknowledgedBytes).toBe(9 * step);
  });

  it('[P7] does not believe in more than was written, nor in steps back', () => {
    const { delivery, pass } = make();
    pass(1_000, 5);
    delivery.acknowledged(5_001, 1);
    expect(delivery.look(1)).toMatchObject({ tags: 0, rule: 'flushed-5s' });
    delivery.acknowledged(3_000, 2);
    delivery.acknowledged(2_000, 3);
    expect(delivery.look(3)).toMatchObject({ tags: 3, rule: 'acknowledged' });
  });

  it('[P8] takes flushed bytes for arrived after 5 s, once two windows have brought no word', () => {
    const { delivery, pass } = make();
    pass(131_072, 2);
    expect(delivery.look(100).tags).toBe(0);
    expect(delivery.look(5_099).tags).toBe(0);
    expect(delivery.look(5_100)).toEqual({ tags: 2, rule: 'flushed-5s', overdue: false });
  });

  it('[P8] waits 15 s where less than two windows have gone', () => {
    const { delivery, pass } = make();
    pass(1_000, 4);
    for (let at = 250; at < 15_000; at += 250) expect(delivery.look(at).tags).toBe(0);
    expect(delivery.look(15_000).tags).toBe(4);
  });

  it('[P8] never goes back to the weaker rule once the server has acknowledged', () => {
    const { delivery, pass } = make();
    pass(1_000);
    delivery.acknowledged(1_000, 1);
    pass(200_000, 2);
    for (let at = 250; at <= 60_000; at += 250)
      expect(delivery.look(at)).toMatchObject({ tags: 1, rule: 'acknowledged' });
  });

  it('[P9] is overdue 8 s after two windows were sent without a word, and not while steps keep coming', () => {
    const { delivery, pass } = make();
    pass(131_072);
    delivery.acknowledged(131_072, 0);
    pass(131_072, 2);
    expect(delivery.look(1_000).overdue).toBe(false);
    delivery.acknowledged(131_073, 5_000);
    pass(1);
    expect(delivery.look(9_000).overdue).toBe(false);
    expect(delivery.look(16_999).overdue).toBe(false);
    expect(delivery.look(17_000).overdue).toBe(true);
  });

  it('[P9] grants a server twice the largest step it has taken', () => {
    const { delivery, pass } = make();
    pass(2_500_000);
    delivery.acknowledged(2_500_000, 0);
    pass(4_999_999);
    delivery.look(0);
    expect(delivery.look(60_000).overdue).toBe(false);
    pass(1);
    delivery.look(60_000);
    expect(delivery.look(68_000).overdue).toBe(true);
  });

  it('[P7] lets go of what has arrived, over a long show', () => {
    const { delivery, pass } = make();
    for (let round = 1; round <= 50; round += 1) {
      pass(100, 1_000);
      delivery.acknowledged(round * 100_000, round);
      expect(delivery.look(round).tags).toBe(round * 1_000);
    }
  });
});
