import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, expect, it } from 'vitest';
import { Sha256 } from '../sha256.testing.ts';
import { createSockets } from './sockets.ts';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of a test' };

/** A WebSocket API that answers all posts alike, and notes what it was sent. */
const openApi = async (status: number) => {
  const heard: { url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      heard.push({ url: request.url, headers: request.headers, body });
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`;
  const sockets = createSockets({
    endpoint,
    credentials: CREDENTIALS,
    region: 'eu-west-1',
    sha256: Sha256,
    clock: () => new Date(Date.UTC(2026, 10, 27)),
  });
  closing.push(
    () => sockets.close(),
    () => server.close(),
  );
  return { sockets, endpoint, heard, close: () => server.close() };
};

it('posts to the address that the SDK posts to, the same text, signed for the same service', async () => {
  const { sockets, endpoint, heard } = await openApi(200);
  const api = new ApiGatewayManagementApiClient({ endpoint, region: 'eu-west-1', credentials: CREDENTIALS });
  await api.send(new PostToConnectionCommand({ ConnectionId: 'A_b-c/d=', Data: '{"text":"späte Grüße"}' }));
  expect(await sockets.post('A_b-c/d=', '{"text":"späte Grüße"}')).toBe('sent');
  const [sdk, ours] = heard;
  expect([ours?.url, ours?.body]).toEqual([sdk?.url, sdk?.body]);
  const scope = (one: typeof sdk) => /\/\d{8}\/(.*?),/.exec(one?.headers.authorization ?? '')?.[1];
  expect(scope(ours)).toBe(scope(sdk));
  expect(ours?.headers['x-amz-date']).toBe('20261127T000000Z');
  expect(ours?.headers['x-amz-content-sha256']).toBe(sdk?.headers['x-amz-content-sha256']);
});

it('signs each text for itself, however many are on their way to however many', async () => {
  const { sockets, heard } = await openApi(200);
  const texts = ['one', 'zwei, größer', '{"three":3}'];
  await Promise.all(Array.from({ length: 30 }, (_, i) => sockets.post(`socket-${i}`, texts[i % 3] ?? '')));
  expect(heard).toHaveLength(30);
  for (const { headers, body } of heard)
    expect([headers['x-amz-content-sha256'], headers['content-length']]).toEqual([
      createHash('sha256').update(body).digest('hex'),
      String(Buffer.byteLength(body)),
    ]);
});

it('says who is gone, and throws where nothing is known', async () => {
  const gone = await openApi(410);
  expect(await gone.sockets.post('a', 'x')).toBe('gone');
  const broken = await openApi(500);
  await expect(broken.sockets.post('a', 'x')).rejects.toThrow('answered 500');
  broken.close();
  const away = createSockets({
    endpoint: 'http://127.0.0.1:9',
    credentials: CREDENTIALS,
    region: 'eu-west-1',
    sha256: Sha256,
    clock: () => new Date(),
  });
  await expect(away.post('a', 'x')).rejects.toThrow('ECONNREFUSED');
});
