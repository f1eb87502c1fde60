import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFifo } from './fifo.ts';
import { countMoves } from './moves.testing.ts';

describe('a queue', () => {
  it('gives what came first, as a list does, however it is filled and emptied', () => {
    const step = fc.oneof(
      fc.record({ put: fc.integer({ min: 0, max: 3_000 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 3_000 }) }),
      fc.record({ clear: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const fifo = createFifo<number>();
        let list: number[] = [];
        let next = 0;
        for (const one of steps) {
          if ('put' in one)
            for (let count = 0; count < one.put; count++) {
              next += 1;
              fifo.push(next);
              list.push(next);
            }
          else if ('take' in one) {
            const taken = Array.from({ length: one.take }, () => fifo.shift());
            expect(taken).toEqual(Array.from({ length: one.take }, (_, index) => list[index]));
            list = list.slice(one.take);
          } else {
            fifo.clear();
            list = [];
          }
          expect([fifo.length, fifo.first, fifo.last]).toEqual([list.length, list[0], list.at(-1)]);
        }
      }),
    );
  });

  it('moves an item no more than once, however many wait', () => {
    const ITEMS = 80_000;
    const moved = countMoves(() => {
      const fifo = createFifo<number>();
      for (let item = 0; item < ITEMS; item++) fifo.push(item);
      while (fifo.length > 0) fifo.shift();
    });
    expect(moved).toBeLessThanOrEqual(ITEMS);
  });
});
