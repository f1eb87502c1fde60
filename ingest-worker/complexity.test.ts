import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { recut, type Structure, STRUCTURES, WHOLE_ELEMENTS } from './complexity.testing.ts';
import { loadCounted } from './counted.testing.ts';
import { LIMITS } from './limits.ts';

/** `COMPLEXITY_RUNS=5000 npx vitest run --project ingest-worker-parts complexity` for a long run. */
const RUNS = Number(process.env['COMPLEXITY_RUNS'] ?? 60);
const TIMEOUT = 60_000 + RUNS * 1_000;

const [LITTLE, MUCH, VERY_MUCH] = [8_192, 65_536, 524_288];
/** Work for eight times the bytes: eight times as much, and some slack for what begins only later. Quadratic is 64 times. */
const SLACK = 1.5;
/** Turns of loops and calls of functions for a byte, at most: a stranger's densest bytes are elements of two bytes each. */
const WORK_PER_BYTE = 20;

let counted: Awaited<ReturnType<typeof loadCounted>>;
beforeAll(async () => {
  counted = await loadCounted();
});

type Grown = { size: number; work: number };
const isDearer = (little: Grown, much: Grown): boolean => much.work / little.work > (much.size / little.size) * SLACK;

const grow = ({ make, read }: Structure, parts: readonly number[], pieceBytes: number | undefined, bytes: number) => {
  const made = make(parts, bytes);
  const pieces = pieceBytes === undefined ? made : recut(made, pieceBytes);
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  return { size, work: counted.count(() => read(counted.readers, pieces)) };
};

describe('[L17] work', () => {
  it.each(Object.entries<Structure>(STRUCTURES))(
    'is in proportion to the bytes, whatever is repeated in them: %s',
    { timeout: TIMEOUT },
    (_, structure) => {
      const part = fc.nat(structure.parts - 1);
      const cut = fc.constantFrom(undefined, 65_536, 4_096, 100);
      fc.assert(
        fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), cut, (parts, pieceBytes) => {
          const little = grow(structure, parts, pieceBytes, LITTLE);
          const much = grow(structure, parts, pieceBytes, MUCH);
          expect(much.work / much.size).toBeLessThan(WORK_PER_BYTE);
          // A cut of a few kilobytes may hide a piece of little; what grows faster than its bytes goes on doing so.
          const isSuspect = isDearer(little, much);
          expect(isSuspect && isDearer(much, grow(structure, parts, pieceBytes, VERY_MUCH))).toBe(false);
        }),
        { numRuns: RUNS },
      );
    },
  );
});

/** Of what a turn does for one piece, at most: a loop's turn takes some 2 ns where it looks at a byte, and 60 where at a unit. */
const WORK_PER_TURN = { ofUnits: 1_000_000, ofBytes: LIMITS.elementBytes * 1.1 };

describe('[L18] an element that is looked at as a whole', () => {
  it.each(Object.entries(WHOLE_ELEMENTS))('is done with in one turn, however large: %s', (_, { make, looksAt }) => {
    const reader = counted.readers.createContainerReader();
    const pieces = recut(make(LIMITS.elementBytes), LIMITS.pieceBytes);
    const most = Math.max(...pieces.map((piece) => counted.count(() => reader.push(piece))));
    expect(most).toBeLessThan(WORK_PER_TURN[looksAt]);
  });
});
