import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import Mux from '@mux/mux-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMuxEventStore } from '#store/events';
import { openShowRooms, type ShowRooms } from '../show-rooms.testing.ts';
import { createVerifyWebhook } from '../video/mux-signature.ts';
import { createWebhooksApp } from './app.ts';

const CLI = fileURLToPath(new URL('../../node_modules/.bin/mux', import.meta.url));
const run = promisify(execFile);

let rooms: ShowRooms;
let home: string;
beforeAll(async () => {
  rooms = await openShowRooms();
  home = await mkdtemp(join(tmpdir(), 'vybzz-mux-cli-'));
});
afterAll(async () => {
  await rooms.close();
  await rm(home, { recursive: true });
});

it(
  'takes every event that Mux’s own command line can send, signed by it and shaped by it',
  { timeout: 180_000 },
  async () => {
    const answered: [string, number][] = [];
    const whoami = {
      data: { environment_id: 'local', environment_name: 'local', organization_id: 'org', organization_name: 'org' },
    };
    const secret = () => readFile(join(home, '.local/share/mux/webhook-signing-secret-local'), 'utf8');
    const clock = () => new Date();
    const listen = getRequestListener(async (request) => {
      if (!request.url.endsWith('/webhooks/mux')) return Response.json(whoami);
      const app = createWebhooksApp({
        log: rooms.base.log,
        verify: createVerifyWebhook({
          mux: new Mux({ tokenId: 'none', tokenSecret: 'none' }),
          secrets: [(await secret()).trim()],
          clock,
        }),
        events: createMuxEventStore(rooms.base),
        changed: async () => {},
        clock,
      });
      const { type }: any = await request.clone().json();
      const response = await app.fetch(request);
      answered.push([type, response.status]);
      return response;
    });
    const server = createServer((request, response) => void listen(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      MUX_BASE_URL: url,
      MUX_TOKEN_ID: 'id',
      MUX_TOKEN_SECRET: 'secret',
    };
    const trigger = (type: string) =>
      run(CLI, ['webhooks', 'trigger', type, '--forward-to', `${url}/webhooks/mux`], { env });

    const { stdout, stderr } = await trigger('none').catch((error: { stdout: string; stderr: string }) => error);
    const types = [...new Set(`${stdout}${stderr}`.match(/^ +video\.[a-z_.]+/gm)?.map((line) => line.trim()))];
    expect(types.length).toBeGreaterThanOrEqual(43);
    // the first one makes the secret that signs all of them
    const [first = '', ...others] = types;
    await trigger(first);
    for (let from = 0; from < others.length; from += 6) await Promise.all(others.slice(from, from + 6).map(trigger));
    server.close();
    expect(answered).toHaveLength(types.length);
    expect(new Map(answered)).toEqual(new Map(types.map((type) => [type, 200])));
  },
);
