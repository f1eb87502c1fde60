import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
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

describe('a deployment that is taken back', () => {
  const tagged = z.object({ title: z.string(), tags: z.array(z.string()) });
  const before = createRecord({ kind: 'thing', version: 3, schema: tagged, upgrades: {} });
  const after = createRecord({
    kind: 'thing',
    version: 4,
    schema: z.extend(tagged, { colour: z.string() }),
    upgrades: { 3: (old) => ({ ...old, colour: 'grey' }) },
  });

  it('leaves what the code before reads, without what that does not know', () => {
    const written = after.write({ title: 'new', tags: ['a'], colour: 'red' });
    expect(before.read(written)).toEqual({ title: 'new', tags: ['a'] });
    // written by the code before and read by the code after, when it is deployed again
    expect(after.read(before.write(before.read(written)))).toEqual({ title: 'new', tags: ['a'], colour: 'grey' });
  });

  it('does so one version back, and none where the new form says so', () => {
    const next = { kind: 'thing', schema: z.object({ title: z.string(), tags: z.array(z.string()) }) };
    expect(() => before.read(createRecord({ ...next, version: 5 }).write({ title: 'x', tags: [] }))).toThrow(
      'item of version 5, but this code knows only 3',
    );
    const breaking = createRecord({ ...next, version: 4, readableFrom: 4 });
    expect(() => before.read(breaking.write({ title: 'x', tags: [] }))).toThrow(/version 4/);
    const wide = createRecord({ ...next, version: 5, readableFrom: 3 });
    expect(before.read(wide.write({ title: 'x', tags: [] }))).toEqual({ title: 'x', tags: [] });
  });

  it('holds for every record there is: none refuses a field that only the next version has', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^next_[a-z]{1,8}$/), fc.oneof(fc.string(), fc.integer())),
        (more) => {
          const item = { ...before.write({ title: 't', tags: [] }, more), v: { N: '4' }, r: { N: '3' } };
          expect(before.read(item)).toEqual({ title: 't', tags: [] });
        },
      ),
    );
    const store = new URL('.', import.meta.url);
    const strict = readdirSync(store).filter(
      (name) =>
        name.endsWith('.ts') &&
        !name.endsWith('.test.ts') &&
        /strictObject/.test(readFileSync(new URL(name, store), 'utf8')),
    );
    expect(strict).toEqual([]);
  });
});
