import { describe, expect, it } from 'vitest';
import { edgeSecrets, latest, startLambda } from './lambda.ts';
import { SECRETS_MS } from './secrets.ts';

const ENVIRONMENT = {
  TABLE_NAME: 'vybzz',
  PUBLIC_ORIGIN: 'https://vybzz.test',
  INGEST_URL: 'wss://vybzz.test/stream/live',
  AUTH_ISSUERS: '[{"issuer":"https://issuer.test","kind":"oidc","clientId":"web","audience":"api"}]',
  EDGE_SECRET_ARN: 'arn:edge',
};
const [OLD, NEW] = ['the secret of old, long enough', 'the secret of now, long enough'];

/** A Lambda that answers with the secrets it knows, and how often it was made. */
const start = async () => {
  const place = { secret: OLD, now: 0, made: 0, reads: 0, isDown: false };
  const handler = latest(
    await startLambda('auth', {
      env: ENVIRONMENT,
      needs: [],
      now: () => place.now,
      read: async () => {
        place.reads += 1;
        if (place.isDown) throw new Error('Secrets Manager is away');
        return JSON.stringify({ EDGE_SECRET: place.secret });
      },
      build: ({ base }) => {
        place.made += 1;
        return async (greeting: string) => [greeting, ...edgeSecrets(base.config)];
      },
    }),
  );
  return { place, handler };
};

describe('a Lambda', () => {
  it('goes by a rotated secret at the first invocation after five minutes, without a restart', async () => {
    const { place, handler } = await start();
    place.secret = NEW;
    place.now = SECRETS_MS - 1;
    expect(await handler('before')).toEqual(['before', OLD]);
    place.now = SECRETS_MS;
    expect(await handler('after')).toEqual(['after', NEW]);
  });

  it('is made once while its secrets stay the same, and reads them once in five minutes', async () => {
    const { place, handler } = await start();
    for (place.now = 0; place.now < 4 * SECRETS_MS; place.now += SECRETS_MS / 10) await handler('hello');
    expect([place.made, place.reads]).toEqual([1, 4]);
  });

  it('goes on with the secrets it has where they cannot be read, and takes the new ones once they can', async () => {
    const { place, handler } = await start();
    Object.assign(place, { secret: NEW, now: SECRETS_MS, isDown: true });
    expect(await handler('down')).toEqual(['down', OLD]);
    Object.assign(place, { now: 2 * SECRETS_MS, isDown: false });
    expect(await handler('up')).toEqual(['up', NEW]);
  });
});
