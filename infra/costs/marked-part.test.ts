import { expect, it } from 'vitest';
import { withMarkedPart } from './marked-part.ts';

const PAGE = 'Before\n\n<!-- table -->\nold\n<!-- /table -->\n\nAfter\n';

it('is written as it is, prices in dollars included, and the rest of the page stays', () => {
  const prices = '$1.44, $2 and $&, $10.85';
  const once = withMarkedPart(PAGE, 'table', prices);
  expect(once).toBe(`Before\n\n<!-- table -->\n${prices}\n<!-- /table -->\n\nAfter\n`);
  expect(withMarkedPart(once, 'table', prices)).toBe(once);
});

it.each([
  ['is not there', 'Before\n'],
  ['has no end', 'Before\n<!-- table -->\nold\n'],
  ['is there twice', PAGE + PAGE],
])('that %s is told, and nothing is written', (_, page) => {
  expect(() => withMarkedPart(page, 'table', 'new')).toThrow('not one part');
});
