import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFifo } from './fifo.ts';

it('gives what came first, however many come and go in between', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ push: fc.nat(3_000) }) },
      { weight: 5, arbitrary: fc.record({ shift: fc.nat(3_000) }) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, (plan) => {
      const fifo = createFifo<number>();
      let [oldest, next] = [0, 0];
      for (const step of plan) {
        if (step === 'clear') {
          fifo.clear();
          oldest = next;
        } else if ('push' in step) for (let count = 0; count < step.push; count++) fifo.push(next++);
        else
          for (let count = 0; count < step.shift; count++)
            if (fifo.shift() !== (oldest < next ? oldest++ : undefined)) return false;
        const isEmpty = oldest === next;
        if (fifo.length !== next - oldest || fifo.first !== (isEmpty ? undefined : oldest)) return false;
        if (fifo.last !== (isEmpty ? undefined : next - 1)) return false;
      }
      return true;
    }),
  );
});

it('moves each item about once, however many wait', () => {
  const moving = ['shift', 'slice', 'splice'] as const;
  const { shift, slice, splice } = Array.prototype;
  let moved = 0;
  const fifo = createFifo<number>();
  for (const name of moving)
    Object.assign(Array.prototype, {
      [name](this: unknown[], ...given: never[]) {
        moved += this.length;
        return Reflect.apply({ shift, slice, splice }[name], this, given);
      },
    });
  try {
    for (let item = 0; item < 50_000; item++) fifo.push(item);
    while (fifo.shift() !== undefined);
  } finally {
    Object.assign(Array.prototype, { shift, slice, splice });
  }
  expect(moved).toBeLessThan(200_000);
});
