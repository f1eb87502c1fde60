import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FILL_LOOKS, filledPage } from './filled-page.ts';

type Item = { id: string; seen: boolean };

/** A list in memory, whose places are the numbers of the items that come next, and the looks that it has cost. */
const listOf = (seen: readonly boolean[], mostAtOnce = Infinity) => {
  const items = seen.map((one, number): Item => ({ id: `item${number}`, seen: one }));
  let looks = 0;
  const page = (limit: number, after: number | undefined) =>
    filledPage({
      limit,
      after,
      look: async ({ limit: wanted, after: from = 0 }) => {
        looks++;
        const to = from + Math.min(wanted, mostAtOnce);
        return { items: items.slice(from, to), next: to < items.length ? to : undefined };
      },
      views: async (found) => found.filter((item) => item.seen).map(({ id }) => ({ id })),
      placeOf: ({ id }) => Number(id.slice(4)) + 1,
    });
  const pages = async (limit: number): Promise<string[][]> => {
    const all: string[][] = [];
    let after: number | undefined;
    do {
      const { items: shown, next } = await page(limit, after);
      all.push(shown.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    return all;
  };
  return { items, page, pages, looks: () => looks };
};

it('shows each that may be seen once and in order, in pages that are full up to the last, and none of them empty', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()), { maxLength: 400 }),
      fc.integer({ min: 1, max: 30 }),
      async (seen, limit) => {
        const list = listOf(seen);
        const pages = await list.pages(limit);
        const visible = list.items.filter((item) => item.seen).map(({ id }) => id);
        expect(pages.flat()).toEqual(visible);
        expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
        expect(pages.at(-1)?.length).toBe(visible.length === 0 ? 0 : visible.length - limit * (pages.length - 1));
        expect(pages).toHaveLength(Math.max(1, Math.ceil(visible.length / limit)));
      },
    ),
  ));

it('costs no more than so many looks, and goes on behind what they have seen', async () => {
  const hidden = listOf([...Array(3_000).fill(false), true]);
  const first = await hidden.page(20, undefined);
  expect([first.items, hidden.looks()]).toEqual([[], FILL_LOOKS]);
  expect((await hidden.pages(20)).flat()).toEqual(['item3000']);
});

it('takes a list that gives less than is asked for as one that goes on', async () => {
  expect((await listOf([false, false, true, false, true], 1).pages(2)).flat()).toEqual(['item2', 'item4']);
});
