import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPreviews } from './previews.ts';

/** A page whose time passes by painting and by waiting. */
const openPage = () => {
  let nowMs = 0;
  let timer: { atMs: number; run: () => void } | undefined;
  const previews = createPreviews({
    clock: () => nowMs,
    after: (ms, then) => {
      const mine = { atMs: nowMs + ms, run: then };
      timer = mine;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
  });
  const painted: { name: number; atMs: number }[] = [];
  let paintingMs = 0;
  return {
    painted,
    get paintingMs() {
      return paintingMs;
    },
    add: (name: number, everyMs: number, costMs: () => number) =>
      previews.add({
        everyMs,
        paint: () => {
          painted.push({ name, atMs: nowMs });
          const ms = costMs();
          paintingMs += ms;
          nowMs += ms;
        },
      }),
    passUntil: (endMs: number) => {
      while (timer && timer.atMs <= endMs) {
        const { atMs, run } = timer;
        timer = undefined;
        nowMs = Math.max(nowMs, atMs);
        run();
      }
      nowMs = Math.max(nowMs, endMs);
    },
  };
};

const timesOf = (page: ReturnType<typeof openPage>, name: number) =>
  page.painted.filter((one) => one.name === name).map(({ atMs }) => atMs);

test('where painting costs next to nothing, each is painted at its own pace', () => {
  const page = openPage();
  page.add(1, 50, () => 0.2);
  page.add(2, 250, () => 0.2);
  page.passUntil(1_000);
  expect(timesOf(page, 1).length).toBeGreaterThanOrEqual(19);
  expect(timesOf(page, 2).length).toBeGreaterThanOrEqual(4);
});

test('one that is taken away is painted no more, and the others go on', () => {
  const page = openPage();
  const stop = page.add(1, 100, () => 1);
  page.add(2, 100, () => 1);
  page.passUntil(250);
  stop();
  const before = timesOf(page, 1).length;
  page.passUntil(1_000);
  expect(timesOf(page, 1).length).toBe(before);
  expect(timesOf(page, 2).length).toBeGreaterThan(8);
});

test('one that cannot be painted takes no other with it', () => {
  const page = openPage();
  page.add(1, 100, () => {
    throw new Error('a frame whose source has gone');
  });
  expect(() => page.passUntil(0)).toThrow('a frame whose source has gone');
  page.add(2, 100, () => 1);
  page.passUntil(50);
  expect(timesOf(page, 2)).toHaveLength(1);
});

test('whatever it costs, painting takes an eighth of the page’s time, none comes sooner than it asked for, and each has its turn', () => {
  const preview = fc.record({
    everyMs: fc.integer({ min: 20, max: 2_000 }),
    costMs: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(preview, { minLength: 1, maxLength: 10 }), (asked) => {
      const page = openPage();
      for (const [name, { everyMs, costMs }] of asked.entries()) {
        let nth = 0;
        page.add(name, everyMs, () => costMs[nth++ % costMs.length] ?? 0);
      }
      const dearestMs = Math.max(...asked.flatMap(({ costMs }) => costMs));
      const lastsMs = 100_000;
      page.passUntil(lastsMs);
      expect(page.paintingMs).toBeLessThanOrEqual(lastsMs / 8 + dearestMs);
      for (const [name, { everyMs }] of asked.entries()) {
        const times = timesOf(page, name);
        expect(times.length).toBeGreaterThan(0);
        for (const [i, atMs] of times.entries())
          if (i > 0) expect(atMs - times[i - 1]!).toBeGreaterThanOrEqual(everyMs);
      }
    }),
  );
});
