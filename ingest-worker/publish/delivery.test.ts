import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDelivery, type Delivery } from './delivery.ts';
import { PUBLISH_LIMITS } from './publish-limits.ts';

const LIMITS = PUBLISH_LIMITS;
const WINDOW: number = LIMITS.ackStepBytes;

/** A connection that has just opened, and a way to write and flush tags of a given size on it. */
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

  it('[P8] counts what was flushed where an acknowledging server leaves 8 MB unsaid', () => {
    const { delivery, pass } = make();
    pass(1_000);
    delivery.acknowledged(1_000, 1);
    pass(LIMITS.unacknowledgedBytes - 1);
    for (let at = 250; at <= 30_000; at += 250) delivery.look(at);
    expect(delivery.look(30_250)).toMatchObject({ tags: 1, rule: 'acknowledged' });
    pass(1);
    for (let at = 30_500; at < 35_500; at += 250) expect(delivery.look(at).tags).toBe(1);
    expect(delivery.look(35_750)).toEqual({ tags: 3, rule: 'flushed-5s', overdue: false });
  });

  it('[P7] reads counts that begin again after 31 bits', () => {
    const { delivery, pass } = make();
    for (let sent = 1; sent <= 40; sent += 1) {
      pass(2 ** 27);
      delivery.acknowledged((sent * 2 ** 27) % 2 ** 31, sent);
      expect(delivery.look(sent)).toMatchObject({ tags: sent, rule: 'acknowledged' });
    }
  });

  it.each([
    ['the same', () => WINDOW],
    ['varying', (count: number) => WINDOW + ((count * 7_919) % 3_000)],
  ])('[P8] takes counts that are increments, %s each time, for no totals, and breaks nothing', (_, increment) => {
    const { delivery, pass } = make();
    for (let count = 1; count <= 100; count += 1) {
      const bytes = increment(count);
      pass(bytes);
      delivery.acknowledged(bytes, count * 1_000);
      expect(delivery.look(count * 1_000).overdue).toBe(false);
    }
    expect(delivery.look(110_000)).toMatchObject({ tags: 100, rule: 'flushed-5s' });
  });

  /** A server that has acknowledged ten windows in a second each, and then reads no more. */
  const makeSteady = (step = WINDOW) => {
    const made = make();
    for (let count = 1; count <= 10; count += 1) {
      made.pass(step);
      made.delivery.acknowledged(count * step, count * 1_000);
      made.delivery.look(count * 1_000);
    }
    return { ...made, lastMs: 10_000 };
  };

  it('[P9] is overdue 8 s after two steps were sent without a word, and not while steps keep coming', () => {
    const { delivery, pass, lastMs } = makeSteady();
    pass(WINDOW, 2);
    expect(delivery.look(lastMs + 250).overdue).toBe(false);
    delivery.acknowledged(11 * WINDOW, lastMs + 2_000);
    pass(WINDOW);
    expect(delivery.look(lastMs + 9_000).overdue).toBe(false);
    expect(delivery.look(lastMs + 16_999).overdue).toBe(false);
    expect(delivery.look(lastMs + 17_000).overdue).toBe(true);
  });

  it('[P9] grants a server twice the largest step it has taken, and three times its longest interval', () => {
    const { delivery, pass, lastMs } = makeSteady(2_500_000);
    pass(4_999_999);
    expect(delivery.look(lastMs + 20_000).overdue).toBe(false);
    pass(1);
    delivery.look(lastMs + 20_000);
    expect(delivery.look(lastMs + 28_000).overdue).toBe(true);

    const slow = make();
    for (let at = 1_250; at <= 20_000; at += 1_250) {
      slow.pass(WINDOW / 4);
      slow.delivery.look(at);
      if (at % 5_000 === 0) slow.delivery.acknowledged((at * WINDOW) / 5_000, at);
    }
    slow.pass(WINDOW, 2);
    slow.delivery.look(20_001);
    expect(slow.delivery.look(34_999).overdue).toBe(false);
    expect(slow.delivery.look(35_000).overdue).toBe(true);
  });

  it('[P9] takes no pause of what is sent for a habit of the server', () => {
    const { delivery, pass, lastMs } = makeSteady();
    for (let at = lastMs + 250; at < lastMs + 20_000; at += 250) delivery.look(at);
    pass(WINDOW);
    delivery.acknowledged(11 * WINDOW, lastMs + 20_100);
    pass(WINDOW, 2);
    delivery.look(lastMs + 20_250);
    expect(delivery.look(lastMs + 28_249).overdue).toBe(false);
    expect(delivery.look(lastMs + 28_250).overdue).toBe(true);
  });

  it('[W11] is late 3 s after its last word when it owes two of its own steps, and late no longer with the next', () => {
    const { delivery } = make();
    const step = WINDOW / 4;
    const pass = (at: number): void => {
      delivery.wrote(step, true);
      delivery.flushed(step);
      delivery.look(at);
    };
    for (let count = 1; count <= 10; count += 1) {
      pass(count * 1_000);
      delivery.acknowledged(count * step, count * 1_000);
    }
    for (const at of [11_000, 12_000]) pass(at);
    expect(delivery.totals().late).toBe(false);
    pass(13_000);
    expect(delivery.totals().late).toBe(true);
    expect(delivery.look(13_250).overdue).toBe(false);
    delivery.acknowledged(13 * step, 13_300);
    delivery.look(13_500);
    expect(delivery.totals().late).toBe(false);
  });

  it('[P9] judges a server that has acknowledged three times only after 30 s', () => {
    const { delivery, pass } = make();
    for (const count of [1, 2, 3]) {
      pass(WINDOW);
      delivery.acknowledged(count * WINDOW, 0);
    }
    pass(WINDOW, 2);
    delivery.look(0);
    expect(delivery.look(29_999).overdue).toBe(false);
    expect(delivery.look(30_000)).toMatchObject({ tags: 3, overdue: true });
  });

  it('[P8] waits for no server whose steps are larger than what may be unsaid', () => {
    const { delivery, pass } = make();
    const step = 2 * LIMITS.unacknowledgedBytes;
    for (let count = 1; count <= 4; count += 1) {
      pass(step);
      delivery.acknowledged(count * step, count * 1_000);
      expect(delivery.look(count * 1_000)).toMatchObject({ tags: count, rule: 'acknowledged' });
    }
    pass(LIMITS.unacknowledgedBytes);
    for (let now = 4_250; now <= 4_000 + 2 * LIMITS.flushedMs; now += LIMITS.tickMs) delivery.look(now);
    expect(delivery.look(15_000)).toEqual({ tags: 5, rule: 'flushed-5s', overdue: false });
  });

  it('[P9] does not judge a server that has acknowledged early once, nor one whose silence is not to be judged', () => {
    const { delivery, pass } = make();
    pass(3_073);
    delivery.acknowledged(3_073, 0);
    pass(2_400_000);
    for (let at = 0; at <= 120_000; at += 250) expect(delivery.look(at).overdue).toBe(false);

    const unjudged = createDelivery(LIMITS, { trustRhythm: false });
    for (let count = 1; count <= 10; count += 1) {
      unjudged.wrote(WINDOW, true);
      unjudged.flushed(WINDOW);
      unjudged.acknowledged(count * WINDOW, count);
    }
    unjudged.wrote(2_400_000, true);
    unjudged.flushed(2_400_000);
    for (let at = 10; at <= 120_000; at += 250)
      expect(unjudged.look(at)).toMatchObject({ tags: 10, rule: 'acknowledged', overdue: false });
  });

  type Habit = { counts: 'totals' | 'of 31 bits' | 'increments' | 'nothing'; early: boolean; stepBytes: number };
  const habits: fc.Arbitrary<Habit> = fc.record({
    counts: fc.constantFrom('totals', 'of 31 bits', 'increments', 'nothing'),
    early: fc.boolean(),
    stepBytes: fc.integer({ min: 1_024, max: 4_000_000 }),
  });

  /** Plays a server that reads all it is sent, a tag at a time, and acknowledges by its habit. */
  const play = ({ counts, early, stepBytes }: Habit, tags: { bytes: number; afterMs: number }[]) => {
    const { delivery } = make();
    const isOverdue: boolean[] = [];
    let [now, sent, told] = [0, 0, 0];
    const tell = (): void => {
      if (counts !== 'nothing')
        delivery.acknowledged(
          counts === 'increments' ? sent - told : sent % (counts === 'totals' ? 2 ** 32 : 2 ** 31),
          now,
        );
      told = sent;
    };
    for (const { bytes, afterMs } of tags) {
      for (const end = now + afterMs; now < end; now += Math.min(250, end - now))
        isOverdue.push(delivery.look(now).overdue);
      delivery.wrote(bytes, true);
      delivery.flushed(bytes);
      sent += bytes;
      if ((early && told === 0) || sent - told >= stepBytes) tell();
    }
    for (const end = now + 60_000; now < end; now += 250) isOverdue.push(delivery.look(now).overdue);
    return { isOverdue, unsaidBytes: sent - told, arrived: delivery.look(now).tags };
  };

  it('[P9] never breaks a connection to a server that reads, whatever its habit of acknowledging', () => {
    const media = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 400_000 }), afterMs: fc.integer({ min: 0, max: 3_000 }) }),
      {
        minLength: 1,
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(habits, media, (habit, tags) => {
        expect(play(habit, tags).isOverdue).not.toContain(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('[P8] leaves less than 8 MB and one step uncounted, whatever the habit of a server that reads', () => {
    fc.assert(
      fc.property(
        habits,
        fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 300 }),
        (habit, sizes) => {
          const { arrived } = play(
            habit,
            sizes.map((bytes) => ({ bytes, afterMs: 500 })),
          );
          const left = sizes.slice(arrived).reduce((sum, bytes) => sum + bytes, 0);
          expect(left).toBeLessThan(LIMITS.unacknowledgedBytes + habit.stepBytes);
        },
      ),
      { numRuns: 1_000 },
    );
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
