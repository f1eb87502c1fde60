import { describe, expect, it } from 'vitest';
import { clockBehindMs } from './server-clock.ts';

const SERVER_MS = Date.parse('2026-11-27T12:00:00Z');
const answering = (headers: Record<string, string>) => async () => Response.json({}, { headers });

describe('how far a clock is behind the server’s', () => {
  it.each([3_600_000, -3_600_000, 0])('is told by the server’s Date: %i ms', async (behindMs) => {
    const fetch = answering({ date: new Date(SERVER_MS).toUTCString() });
    expect(await clockBehindMs({ fetch, now: () => SERVER_MS - behindMs })).toBe(behindMs);
  });

  it('is nothing where no server tells the time', async () => {
    expect(await clockBehindMs({ fetch: answering({}), now: () => 0 })).toBe(0);
    expect(await clockBehindMs({ fetch: () => Promise.reject(new TypeError('away')), now: () => 0 })).toBe(0);
  });
});
