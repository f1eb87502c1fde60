import { expect, it } from 'vitest';
import { createEdgeCache } from './edge-cache.ts';

/** An origin that counts what it is asked, and answers when it is let. */
const makeOrigin = (control: string, status = 200) => {
  const waiting: (() => void)[] = [];
  const origin = {
    asked: 0,
    held: false,
    release: () => {
      for (const go of waiting.splice(0)) go();
    },
    fetch: async () => {
      const number = ++origin.asked;
      if (origin.held) await new Promise<void>((go) => waiting.push(go));
      return Response.json({ number }, { status, headers: { 'cache-control': control } });
    },
  };
  return origin;
};

const at = (path: string) => new Request(`http://localhost${path}`);

it('asks the rooms once in two seconds, however many ask, whatever they add to the address', async () => {
  let now = 0;
  const cache = createEdgeCache({ now: () => now });
  const origin = makeOrigin('public, max-age=2, s-maxage=2');
  origin.held = true;
  const first = Array.from({ length: 500 }, (_, i) => cache(at(`/stream/a/live?${i}`), origin.fetch));
  await new Promise((turn) => setImmediate(turn));
  origin.release();
  origin.held = false;
  const answers = await Promise.all((await Promise.all(first)).map((response) => response.json()));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"number":1}']));
  now = 1_999;
  expect((await cache(at('/stream/a/live'), origin.fetch)).headers.get('age')).toBe('1');
  expect(origin.asked).toBe(1);
  now = 2_000;
  expect(await (await cache(at('/stream/a/live'), origin.fetch)).json()).toEqual({ number: 2 });
});

it.each([
  ['for one person', 'private, max-age=2', 200],
  ['a refusal', 'public, s-maxage=2', 403],
  ['not to be kept', 'no-store', 200],
])('gives nobody else an answer that is %s', async (_what, control, status) => {
  const cache = createEdgeCache();
  const origin = makeOrigin(control, status);
  await Promise.all([1, 2, 3].map(() => cache(at('/stream/a/live'), origin.fetch)));
  expect(origin.asked).toBe(3);
});

it('lets those who wait ask for themselves where the first one fails', async () => {
  const cache = createEdgeCache();
  const fails = cache(at('/stream/a/live'), async () => {
    throw new Error('away');
  });
  const origin = makeOrigin('public, s-maxage=2');
  const waits = cache(at('/stream/a/live'), origin.fetch);
  await expect(fails).rejects.toThrow('away');
  expect((await waits).status).toBe(200);
});
