import * as z from 'zod/mini';
import { expect, it } from 'vitest';
import { createRecord } from './record.ts';

const first = createRecord({ kind: 'thing', version: 1, schema: z.object({ name: z.string() }) });
const second = createRecord({
  kind: 'thing',
  version: 3,
  schema: z.object({ title: z.string(), tags: z.array(z.string()), note: z.optional(z.string()) }),
  upgrades: {
    1: ({ name, ...rest }) => ({ ...rest, title: name }),
    2: (old) => ({ ...old, tags: [] }),
  },
});

it('reads every version that was ever written, step by step', () => {
  expect(second.read(first.write({ name: 'old' }, { expiresAt: 5 }))).toEqual({ title: 'old', tags: [] });
  expect(second.read(second.write({ title: 'new', tags: ['a'], note: undefined }))).toEqual({
    title: 'new',
    tags: ['a'],
  });
});

it('throws for what it has never written, and for what newer code has', () => {
  expect(() => second.read({ v: { N: '3' }, title: { N: '7' } })).toThrow(/^thing: unreadable item/);
  expect(() => first.read(second.write({ title: 'new', tags: [] }))).toThrow(
    'thing: item of version 3, but this code knows only 1',
  );
});
