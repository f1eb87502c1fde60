import { afterAll, expect, it } from 'vitest';
import { openTable } from '#store/dynamo';
import { createLimitStore } from '#store/limits';
import { openTestTable } from '#store/store.testing';
import { inTurn, MUX_RATES } from './turns.ts';

const storage = await openTestTable();
afterAll(() => storage.close());

it('lets through what Mux takes from one account, however many functions ask', async () => {
  let now = Date.UTC(2030, 0, 1);
  const sent: string[] = [];
  const functions = Array.from({ length: 4 }, () =>
    inTurn({
      limits: createLimitStore({ table: openTable({ client: storage.client, tableName: storage.tableName }) }),
      clock: () => new Date(now),
      whose: () => undefined,
      send: async (_, init) => {
        sent.push(init?.method ?? 'GET');
        return new Response('{}');
      },
    }),
  );
  const ask = async (method: string, times: number) => {
    sent.length = 0;
    const answers: Response[] = [];
    for (let i = 0; i < times; i++) answers.push(await functions[i % 4]!('https://api.mux.test', { method }));
    return answers;
  };

  const posts = await ask('POST', 20);
  expect(sent).toHaveLength(MUX_RATES.post.burst);
  const refused = posts.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(20 - MUX_RATES.post.burst);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeLessThanOrEqual(1);

  // another kind has turns of its own
  await ask('GET', 20);
  expect(sent).toHaveLength(MUX_RATES.other.burst);

  now += 3_000;
  await ask('POST', 20);
  expect(sent).toHaveLength(3);
});
