import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isVisible, tidyLines } from './text.ts';

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
  '\ufff9',
  '\u{1d159}',
  '\u{16fe4}',
  '\u{13441}',
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

test('a tower of line ends is taken down to two empty lines, and what is lower stays', () => {
  expect(tidyLines('a\n\n \n\r\n\n\nb')).toBe('a\n\n\nb');
  expect(tidyLines('a\n\n\nb')).toBe('a\n\n\nb');
  expect(tidyLines('a\n  b\n\n  c')).toBe('a\n  b\n\n  c');
});

test('every kind of line end counts, and lines of nothing that can be seen are empty', () => {
  expect(tidyLines('a\r\n\r\n\r\n\r\nb')).toBe('a\n\n\nb');
  expect(tidyLines('a\r\r\r\r\u2028\u2029b')).toBe('a\n\n\nb');
  expect(tidyLines('a\n\u200b\n\u3164\n\u2800\nb')).toBe('a\n\n\nb');
  expect(tidyLines('a\n\ufff9\n\u{1d159}\n\u{16fe4}\nb')).toBe('a\n\n\nb');
});

test('what turns the line after a tower stays with it', () => {
  expect(tidyLines('a\n\n\n\n\u200f12')).toBe('a\n\n\n\u200f12');
});

test('of any text no more than two lines in one place are empty, and nothing that can be seen is lost', () => {
  const part = fc.oneof(fc.constantFrom('a', 'b', '\n', '\r', '\r\n', '\u2028'), nothing);
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const tidy = tidyLines(parts.join(''));
      const empty = tidy.split('\n').map((line) => (isVisible(line) ? 'x' : ' '));
      expect(empty.join('')).not.toMatch(/x {3,}x/);
      expect(tidy.replaceAll(/[^ab]/g, '')).toBe(parts.join('').replaceAll(/[^ab]/g, ''));
    }),
    { numRuns: 1_000 },
  );
});

test('a tower costs no more than its length', () => {
  expect(tidyLines(`${'\n '.repeat(50_000)}\nx`)).toBe('\n\n\nx');
  expect(tidyLines(`\n${' '.repeat(50_000)}`.repeat(3))).toHaveLength(150_003);
});
