import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { folded } from './folded.ts';
import { parseTag, TAG_LIMITS, tagsIn } from './tags.ts';

it.each([
  ['#Cooking and #cooking, #COOKING!', ['cooking']],
  ['(#one)#two #three_four', ['one', 'two', 'three_four']],
  ['a#b ##c https://x.test/#d me@x.test/#e &#39; #1 #2026 #y2k', ['y2k']],
  ['#اردو، #کرکٹ۔', ['اردو', 'کرکٹ']],
  ['#Café #CAFE', ['cafe']],
  [`#${'x'.repeat(50)} #${'y'.repeat(51)}`, ['x'.repeat(50)]],
])('the tags in “%s”', (text, tags) => {
  expect(tagsIn(text)).toEqual(tags);
});

const text = fc.string({ unit: 'grapheme', maxLength: 80 });

test('every text has few tags, none of them long, and each is itself when it is read from an address', () => {
  fc.assert(
    fc.property(text, (said) => {
      const tags = tagsIn(`#${said} ${said}`);
      expect(tags.length).toBeLessThanOrEqual(TAG_LIMITS.ofOneText);
      for (const tag of tags) {
        expect(Array.from(tag).length).toBeLessThanOrEqual(TAG_LIMITS.characters);
        expect(parseTag(tag)).toBe(tag);
      }
    }),
  );
});

it.each([
  ['Straße', 'STRASSE'],
  ['Élan', 'elan'],
  ['ＡＢＣ', 'abc'],
  ['مُحبّت', 'محبت'],
  ['كي', 'کی'],
  ['می\u200cروم', 'میروم'],
])('%s is %s', (one, other) => {
  expect(folded(one)).toBe(folded(other));
});

it.each([
  ['آ', 'ا'],
  ['ئ', 'ی'],
  ['ٹ', 'ت'],
  ['ھ', 'ہ'],
  ['й', 'и'],
])('%s is another letter than %s', (one, other) => {
  expect(folded(one)).not.toBe(folded(other));
});
