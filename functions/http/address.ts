import type { Context } from 'hono';
import { networkOf } from '#domain/network';
import type { RoomEnv } from './caller.ts';

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The machine at the other end of the connection: API Gateway tells it in the event, Node's server by its socket. */
const peerOf = (env: unknown): string | undefined =>
  text(field(field(field(env, 'requestContext'), 'http'), 'sourceIp')) ??
  text(field(field(field(env, 'incoming'), 'socket'), 'remoteAddress'));

/**
 * Where a request comes from, for limits on those who are not signed in.
 *
 * @param trustedHops how many proxies of ours stand in front: each has appended the address it heard from to
 *   `X-Forwarded-For`, so the caller stands that many places from the right. The caller may have made up what stands further left.
 */
export const clientAddress = (c: Context<RoomEnv>, trustedHops: number): string => {
  const peer = peerOf(c.env) ?? 'unknown';
  if (trustedHops === 0) return networkOf(peer);
  const forwarded = (c.req.header('x-forwarded-for') ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
  // API Gateway has appended the peer itself; a plain proxy leaves that to us
  const hops = forwarded.at(-1) === peer ? forwarded : [...forwarded, peer];
  return networkOf(hops.at(-1 - trustedHops) ?? hops[0] ?? peer);
};
