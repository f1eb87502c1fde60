import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isVisible } from './text.ts';

const NOTHING = [
  '\u200b',
  '\u2060',
  '\u00ad',
  '\u3164',
  '\u115f',
  '\uffa0',
  '\u2800',
  '\ufe0f',
  '\u{e0041}',
  ' ',
  '\u3000',
  '\n',
];
const nothing = fc.array(fc.constantFrom(...NOTHING)).map((parts) => parts.join(''));

test('text of nothing that can be seen is not visible', () => {
  fc.assert(fc.property(nothing, (text) => !isVisible(text)));
});

test('one letter of any script, a digit or a picture is visible, whatever stands around it', () => {
  const seen = fc.constantFrom('a', 'Ω', 'ठ', '家', '가', '0', '.', '👩‍🚀', '⠁');
  fc.assert(fc.property(nothing, seen, nothing, (before, letter, after) => isVisible(before + letter + after)));
  expect(isVisible('')).toBe(false);
});
