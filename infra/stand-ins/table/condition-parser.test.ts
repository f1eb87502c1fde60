import engine from 'dynalite/db/conditionParser.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inLinearTime } from './condition-parser.ts';

const context = () => ({
  context: {
    attrNames: { '#n': 'named' },
    attrVals: { ':v': { S: 'x' }, ':w': { S: 'y' } },
    unusedAttrNames: {},
    unusedAttrVals: {},
    isReserved: () => false,
    compare: () => false,
  },
});
const outcomeOf = (parse: typeof engine.parse, text: string) => {
  try {
    return parse(text, context());
  } catch (error) {
    return error instanceof SyntaxError || (error instanceof Error && error.name === 'SyntaxError')
      ? 'cannot be read'
      : String(error instanceof Error ? error.message : error);
  }
};
/** The engine's parser, and how much it was given to read. */
const counting = () => {
  const read = { characters: 0 };
  const parse = inLinearTime((text, options) => {
    read.characters += text.length;
    return engine.parse(text, options);
  });
  return { parse, read };
};

const leaf = fc.constantFrom(
  'a = :v',
  '(a) <> :v',
  '#n < b.c[1]',
  'a BETWEEN :v AND :w',
  'a IN (:v, size(b))',
  'attribute_exists(a)',
  'begins_with((a).b, :v)',
  'contains(a, :v)',
  'size(a) = :v',
  // refused, each for a reason of its own
  'size(a)',
  'nothing(a)',
  'a = a',
  'a = :unknown',
  '((a)) = :v',
  'a =',
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a} AND ${b}`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a} or ${b}`),
    tie('expression').map((inner) => `(${inner})`),
    tie('expression').map((inner) => `NOT ${inner}`),
  ),
}));

describe('the parser of conditions', () => {
  test('reads what the engine’s own reads, and refuses what it refuses', () => {
    const { parse } = counting();
    fc.assert(
      fc.property(expression, (text) => {
        const [ours, its] = [outcomeOf(parse, text), outcomeOf(engine.parse, text)];
        if (typeof its === 'string') expect(typeof ours).toBe('string');
        else expect(ours).toEqual(its);
      }),
      { numRuns: 2_000 },
    );
  });

  const levels = fc.integer({ min: 0, max: 400 });
  const nested = fc.constantFrom<[string, string]>(
    ['(', ')'],
    ['NOT (', ')'],
    ['a = :v AND (', ')'],
    ['(a = :v OR ', ')'],
    ['((a).b).', ''],
    ['contains(', ', :v)'],
    ['size(', ')'],
    ['(', ''],
    ['', ')'],
    ['NOT ', ''],
    ['a IN (', ')'],
  );
  test('gives the engine no character twice, however deep the parentheses', () => {
    fc.assert(
      fc.property(nested, levels, leaf, ([before, after], depth, inner) => {
        const text = before.repeat(depth) + inner + after.repeat(depth);
        const { parse, read } = counting();
        outcomeOf(parse, text);
        expect(read.characters).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });

  test('gives it no parentheses that it would read again and again', () => {
    const deepest = (text: string) => {
      let [now, most] = [0, 0];
      for (const character of text) {
        if (character === '(') most = Math.max(most, ++now);
        if (character === ')') now -= 1;
      }
      return most;
    };
    const given: string[] = [];
    const parse = inLinearTime((text, options) => {
      given.push(text);
      return engine.parse(text, options);
    });
    fc.assert(
      fc.property(nested, levels, leaf, ([before, after], depth, inner) => {
        outcomeOf(parse, before.repeat(depth) + inner + after.repeat(depth));
        expect(Math.max(0, ...given.splice(0).map(deepest))).toBeLessThanOrEqual(2);
      }),
    );
  });
});
