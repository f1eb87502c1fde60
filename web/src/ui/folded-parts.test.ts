import { describe, expect, it } from 'vitest';
import { foldedParts } from './folded-parts.ts';
import { textParts } from './text-parts.ts';

const folded = (text: string) => foldedParts(textParts(text));
const shown = (text: string) =>
  folded(text)
    ?.map((part) => part.text)
    .join('');

describe('a long text', () => {
  it('is shown whole where it is not so long', () => {
    expect(folded('word '.repeat(140))).toBeUndefined();
    expect(folded('line\n'.repeat(11))).toBeUndefined();
  });

  it('is folded between two words', () => {
    const text = 'word '.repeat(200);
    expect(shown(text)).toBe('word '.repeat(100).trim());
  });

  it('is folded after eight lines where it has many', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
    expect(shown(lines.join('\n'))).toBe(lines.slice(0, 8).join('\n'));
  });

  it('is folded between two letters where nothing stands between words', () => {
    expect(shown('家'.repeat(1_000))).toBe('家'.repeat(499));
    // a family of four is seven code points and one letter
    const family = '👨‍👩‍👧‍👦';
    expect(shown(family.repeat(100))).toBe(family.repeat(45));
  });

  it('leads nowhere else for being folded: an address is there whole or not at all', () => {
    const address = `https://a.example/${'x'.repeat(300)}`;
    const before = 'word '.repeat(60);
    expect(folded(`${before}${address} ${'word '.repeat(100)}`)).toEqual([{ type: 'text', text: before.trim() }]);
    expect(folded(`${address}${address.slice(8)}${'y'.repeat(400)}`)?.map(({ type }) => type)).toEqual(['link']);
  });
});
