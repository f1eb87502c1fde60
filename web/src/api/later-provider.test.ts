import { describe, expect, it } from 'vitest';
import { laterProvider } from './later-provider.ts';
import type { IdentityProvider } from './sign-in-session.ts';

const nobody = () => Promise.reject(new Error('not asked here'));
const issuer: IdentityProvider = {
  authorizeUrl: async ({ state }) => `https://issuer.test/?state=${state}`,
  exchange: nobody,
  refresh: nobody,
  endSessionUrl: async () => 'https://issuer.test/over',
  randomText: () => 'random',
};

describe('an issuer’s client that comes later', () => {
  it('is fetched once, when it is first asked', async () => {
    let loads = 0;
    const later = laterProvider(async () => {
      loads += 1;
      return issuer;
    });
    expect(loads).toBe(0);
    expect(
      await Promise.all([
        later.authorizeUrl({ state: 's', nonce: 'n', verifier: 'v' }, 'usual'),
        later.endSessionUrl(undefined),
        later.randomText(),
      ]),
    ).toEqual(['https://issuer.test/?state=s', 'https://issuer.test/over', 'random']);
    expect(loads).toBe(1);
  });

  it('that does not come is told as an issuer that cannot be reached, and asked for again', async () => {
    let away = true;
    const later = laterProvider(async () => {
      if (away) throw new TypeError('Failed to fetch dynamically imported module');
      return issuer;
    });
    await expect(later.randomText()).rejects.toMatchObject({ name: 'ApiError', code: 'unreachable' });
    away = false;
    expect(await later.randomText()).toBe('random');
  });
});
