import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type TestStore } from './store.testing.ts';
import { createLimitStore } from './limits.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const NOW = Date.now();
const RATE = { burst: 5, everyMs: 1_000 };

describe('a limit', () => {
  it('lets a burst through, then one each interval, and says how long to wait', async () => {
    const { take } = createLimitStore(store);
    const turns = [];
    for (let i = 0; i < 7; i++) turns.push(await take('post', 'asha', RATE, NOW));
    expect(turns).toEqual([
      ...Array.from({ length: 5 }, () => ({ allowed: true })),
      { allowed: false, retryAfterMs: 1_000 },
      { allowed: false, retryAfterMs: 1_000 },
    ]);
    expect(await take('post', 'asha', RATE, NOW + 400)).toEqual({ allowed: false, retryAfterMs: 600 });
    expect(await take('post', 'asha', RATE, NOW + 1_000)).toEqual({ allowed: true });
    expect(await take('post', 'asha', RATE, NOW + 1_999)).toEqual({ allowed: false, retryAfterMs: 1 });
  });

  it('is full again after a while, and never fuller', async () => {
    const { take } = createLimitStore(store);
    for (let i = 0; i < 5; i++) await take('post', 'bilal', RATE, NOW);
    const later = NOW + 3_600_000;
    const turns = [];
    for (let i = 0; i < 6; i++) turns.push((await take('post', 'bilal', RATE, later)).allowed);
    expect(turns).toEqual([true, true, true, true, true, false]);
  });

  it('counts exactly however many ask at once', async () => {
    const { take } = createLimitStore(store);
    const turns = await Promise.all(
      Array.from({ length: 100 }, () => take('post', 'crowd', { burst: 20, everyMs: 60_000 }, NOW)),
    );
    expect(turns.filter(({ allowed }) => allowed)).toHaveLength(20);
  });

  it('of one person, or of one thing, is not another’s', async () => {
    const { take } = createLimitStore(store);
    const once = { burst: 1, everyMs: 60_000 };
    expect((await take('like', 'asha', once, NOW)).allowed).toBe(true);
    expect((await take('like', 'bilal', once, NOW)).allowed).toBe(true);
    expect((await take('comment', 'asha', once, NOW)).allowed).toBe(true);
    expect((await take('like', 'asha', once, NOW)).allowed).toBe(false);
  });
});
