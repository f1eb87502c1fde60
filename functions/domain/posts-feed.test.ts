import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeSlices, type Slice } from './posts-feed.ts';
import { newId, type PostId } from './ids.ts';
import type { Post } from './post.ts';

const authorId = newId('usr', 0);
const post = (at: number): Post => ({
  id: newId('pst', at, (n) => new Uint8Array(n)),
  authorId,
  text: '',
  createdAt: at,
});

/** What a source answers that may be cut short at any length. */
const ask = (source: readonly Post[], before: PostId | undefined, limit: number, cut: number): Slice => {
  const older = source.filter(({ id }) => before === undefined || id < before);
  const posts = older.slice(0, Math.max(1, Math.min(limit, cut)));
  return { posts, more: posts.length < older.length };
};

describe('a feed of several sources', () => {
  it('shows every post once and in order, wherever its sources are cut short', () => {
    const sources = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 60 }).chain((stamps) =>
      fc.array(fc.nat({ max: 4 }), { minLength: stamps.length, maxLength: stamps.length }).map((of) => {
        const five: Post[][] = [[], [], [], [], []];
        [...stamps].sort((a, b) => b - a).forEach((at, i) => five[of[i] ?? 0]?.push(post(at)));
        return five;
      }),
    );
    fc.assert(
      fc.property(sources, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (five, limit, cut) => {
        const seen: PostId[] = [];
        let before: PostId | undefined;
        for (let pages = 0; pages < 200; pages++) {
          const page = mergeSlices(
            five.map((source) => ask(source, before, limit, cut)),
            limit,
          );
          expect(page.posts.length).toBeLessThanOrEqual(limit);
          seen.push(...page.posts.map(({ id }) => id));
          if (!page.more) break;
          expect(page.posts.length).toBeGreaterThan(0);
          before = page.posts.at(-1)?.id;
        }
        expect(seen).toEqual(
          five
            .flat()
            .map(({ id }) => id)
            .sort()
            .reverse(),
        );
      }),
    );
  });
});
