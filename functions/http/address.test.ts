import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './address.ts';
import type { RoomEnv } from './caller.ts';

const seen = async (
  trustedHops: number,
  { forwarded, env }: { forwarded?: string; env?: Record<string, unknown> } = {},
): Promise<string> => {
  const app = new Hono<RoomEnv>().get('/', (c) => c.text(clientAddress(c, trustedHops)));
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return (await app.request('/', { headers }, env)).text();
};
const lambda = (sourceIp: string) => ({ requestContext: { http: { sourceIp } } });
const node = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

describe('where a request comes from', () => {
  it('is the peer, where no proxy of ours stands before us, whatever the request says', async () => {
    expect(await seen(0, { env: node('192.0.2.7') })).toBe('192.0.2.7');
    expect(await seen(0, { env: lambda('192.0.2.7') })).toBe('192.0.2.7');
    expect(await seen(0, { env: node('192.0.2.7'), forwarded: '198.51.100.1' })).toBe('192.0.2.7');
  });

  it('is whom CloudFront heard from, behind it: API Gateway has appended CloudFront itself', async () => {
    const env = lambda('203.0.113.9');
    expect(await seen(1, { env, forwarded: '198.51.100.1, 203.0.113.9' })).toBe('198.51.100.1');
    expect(await seen(1, { env, forwarded: '10.0.0.1, 127.0.0.1, 198.51.100.1, 203.0.113.9' })).toBe('198.51.100.1');
  });

  it('is whom a plain proxy heard from, behind one', async () => {
    expect(await seen(1, { env: node('10.0.0.5'), forwarded: '6.6.6.6, 198.51.100.1' })).toBe('198.51.100.1');
  });

  it('is the furthest that is known, where there are fewer proxies than were promised', async () => {
    expect(await seen(2, { env: node('192.0.2.7') })).toBe('192.0.2.7');
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ])('is a whole network of IPv6: %s', async (address, network) => {
    expect(await seen(0, { env: node(address) })).toBe(network);
  });

  it('is one and the same where nothing is known', async () => {
    expect(await seen(0)).toBe('unknown');
  });
});
