import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstSegments } from './app-paths.ts';
import { handleCandidates, isReserved } from './handle.ts';
import { parseHandle } from './ids.ts';

const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }), { nil: undefined });

describe('the handles that are proposed', () => {
  it('are good ones, few, and end in something that is likely free, whatever the claims say', () => {
    fc.assert(
      fc.property(text, text, text, (preferredUsername, name, email) => {
        const proposed = [...handleCandidates({ preferredUsername, name, email }, () => 0.5)];
        expect(proposed.length).toBeGreaterThan(4);
        expect(proposed.length).toBeLessThan(13);
        expect(proposed.at(-1)).toMatch(/_500000$/);
        for (const handle of proposed) {
          expect(parseHandle(handle)).toBe(handle);
          expect(isReserved(handle)).toBe(false);
        }
      }),
    );
  });

  it('begin with the name itself, then count', () => {
    const proposed = [...handleCandidates({ preferredUsername: 'Jürgen Müller' }, () => 0)];
    expect(proposed.slice(0, 5)).toEqual([
      'jurgen_muller',
      'jurgen_muller_2',
      'jurgen_muller_3',
      'jurgen_muller_4',
      'jurgen_muller_0',
    ]);
  });

  it('do not grow past thirty characters', () => {
    const proposed = [...handleCandidates({ preferredUsername: 'z'.repeat(40) }, () => 0.999999)];
    expect(new Set(proposed.map(({ length }) => length))).toEqual(new Set([30]));
  });
});

describe('a handle that nobody may take', () => {
  it.each(['admin', 'login', 'everyone', 'vybzz', 'vybzz_support', '__proto__', 'constructor'])('is %s', (name) => {
    expect(isReserved(parseHandle(name)!)).toBe(true);
  });

  it('is what any path of the origin begins with', () => {
    const segments = firstSegments().flatMap((segment) => parseHandle(segment) ?? []);
    expect(segments).toContain('studio');
    expect(segments.filter((segment) => !isReserved(segment))).toEqual([]);
  });

  it('is none that only begins like one', () => {
    for (const name of ['apis', 'vybzzer', 'proto', 'administrators'])
      expect(isReserved(parseHandle(name)!)).toBe(false);
  });
});
