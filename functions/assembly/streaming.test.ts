import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseUserId } from '#domain/ids';
import { openTable } from '#store/dynamo';
import { openTestTable } from '#store/store.testing';
import { identified, type RoomEnv } from '../http/caller.ts';
import { MUX_RATES, MUX_SHARES } from '../video/turns.ts';
import { parseConfig } from './config.ts';
import { createMux } from './streaming.ts';

const storage = await openTestTable();
let heard = 0;
const server = createServer((_, response) => {
  heard += 1;
  response.writeHead(201, { 'content-type': 'application/json' }).end('{"data":{"id":"live"}}');
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(async () => {
  server.close();
  await storage.close();
});

const PEOPLE = ['usr_01q3enhrg0dhgh6t063sp5r2ad', 'usr_01q3enhrg0k1g0fm2dy288tfpy'].map((id) => parseUserId(id)!);

it('Mux’s turns are not all one person’s: whatever they ask for at once, half stays for others', async () => {
  const config = parseConfig({
    TABLE_NAME: storage.tableName,
    PUBLIC_ORIGIN: 'http://localhost:3000',
    INGEST_URL: 'ws://localhost:3000/stream/live',
    AUTH_ISSUERS: JSON.stringify([{ issuer: 'http://issuer.test', kind: 'oidc', clientId: 'c', audience: 'a' }]),
    MUX_TOKEN_ID: 'none',
    MUX_TOKEN_SECRET: 'none',
    MUX_WEBHOOK_SECRETS: 'none',
    MUX_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    CURSOR_SECRET: 'a secret for cursors in tests',
  });
  let now = Date.UTC(2030, 0, 1);
  const table = openTable({ client: storage.client, tableName: storage.tableName });
  const mux = createMux({ config, table, clock: () => new Date(now) });
  const room = new Hono<RoomEnv>()
    .use(
      identified(async (authorization) => {
        const userId = PEOPLE[Number(authorization)]!;
        return { userId, handle: 'h' as never, name: 'N', roles: [], suspended: undefined };
      }),
    )
    .post('/', async (c) => {
      await Promise.allSettled(Array.from({ length: 20 }, () => mux.video.liveStreams.create({})));
      return c.text('done');
    });
  const ask = async (...people: number[]): Promise<number> => {
    heard = 0;
    for (const person of people)
      await room.request('/', { method: 'POST', headers: { authorization: String(person) } });
    return heard;
  };

  expect(await ask(0)).toBe(MUX_SHARES.post.burst);
  expect(await ask(1)).toBe(MUX_RATES.post.burst - MUX_SHARES.post.burst);
  // the account has ten more by then, its burst at most, and the first person half of them
  now += 10_000;
  expect(await ask(0, 1)).toBe(MUX_RATES.post.burst);
  now += 4_000;
  expect(await ask(0)).toBe(2);
});
