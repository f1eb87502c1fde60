import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { pushIdentity } from './push-identity.ts';
import { withSecrets } from './secrets.ts';

const ENVIRONMENT = {
  TABLE_NAME: 'vybzz',
  PUBLIC_ORIGIN: 'https://vybzz.test',
  INGEST_URL: 'wss://vybzz.test/stream/live',
  AUTH_ISSUERS: '[{"issuer":"https://issuer.test","kind":"oidc","clientId":"web","audience":"api"}]',
  MUX_TOKEN_ID: 'id',
  MUX_TOKEN_SECRET: 'secret',
  MUX_WEBHOOK_SECRETS: 'one, two,',
  CURSOR_SECRET: 'sixteen characters',
};

describe('the configuration', () => {
  it('is read from the environment, with defaults for what Mux and we have', () => {
    expect(parseConfig(ENVIRONMENT)).toMatchObject({
      TABLE_NAME: 'vybzz',
      AUTH_ISSUERS: [{ issuer: 'https://issuer.test', kind: 'oidc', clientId: 'web', audience: 'api' }],
      MUX_WEBHOOK_SECRETS: ['one', 'two'],
      MUX_STREAM_URL: 'https://stream.mux.com',
      MUX_IMAGE_URL: 'https://image.mux.com',
      CORS_ORIGINS: [],
      VERSION: 'dev',
    });
  });

  it('that is not complete names all that is missing or wrong, in one sentence and without a value', () => {
    const wrong = {
      ...ENVIRONMENT,
      TABLE_NAME: '',
      INGEST_URL: 'https://vybzz.test',
      CURSOR_SECRET: 'short',
      AUTH_ISSUERS: '{',
    };
    expect(() => parseConfig(wrong)).toThrow(
      /^The environment does not hold what the control plane needs: TABLE_NAME is missing; INGEST_URL: .*; AUTH_ISSUERS: is not JSON; CURSOR_SECRET: [^;]*\.$/,
    );
    expect(() => parseConfig({})).toThrow(/MUX_TOKEN_SECRET is missing/);
  });

  it('tells by Web Push where push services can know us: by a key, and whom they may turn to', () => {
    const told = (more: object) => pushIdentity(parseConfig({ ...ENVIRONMENT, ...more }))?.subject;
    const VAPID_SECRET = 'a secret that is long enough';
    expect([told({}), told({ VAPID_SECRET })]).toEqual([undefined, 'https://vybzz.test']);
    expect(told({ VAPID_SECRET, VAPID_SUBJECT: 'mailto:operator@vybzz.test' })).toBe('mailto:operator@vybzz.test');
    expect(told({ VAPID_SECRET, PUBLIC_ORIGIN: 'http://vybzz.test' })).toBeUndefined();
    expect(() => told({ VAPID_SECRET, VAPID_SUBJECT: 'operator@vybzz.test' })).toThrow(/VAPID_SUBJECT/);
  });

  it('wants of a room the secrets that it works with, and no others', () => {
    const { MUX_TOKEN_ID: _, MUX_TOKEN_SECRET: __, MUX_WEBHOOK_SECRETS: ___, ...rest } = ENVIRONMENT;
    expect(parseConfig(rest, ['CURSOR_SECRET'])).toMatchObject({ CURSOR_SECRET: ENVIRONMENT.CURSOR_SECRET });
    expect(() => parseConfig(rest, ['MUX_WEBHOOK_SECRETS'])).toThrow(/MUX_WEBHOOK_SECRETS is missing/);
  });
});

describe('secrets', () => {
  it('come from the environment alone where it names none', async () => {
    const never = () => Promise.reject(new Error('asked'));
    expect(await withSecrets({ MUX_TOKEN_ID: 'id' }, { read: never })).toEqual({ MUX_TOKEN_ID: 'id' });
  });

  it('are read where the environment names them, and it wins where it holds one itself', async () => {
    const kept: Record<string, object> = {
      'arn:mux': { MUX_TOKEN_ID: 'of the secret', MUX_TOKEN_SECRET: 's' },
      'arn:cursor': { CURSOR_SECRET: 'c' },
    };
    const env = { MUX_SECRET_ARN: 'arn:mux', CURSOR_SECRET_ARN: 'arn:cursor', MUX_TOKEN_ID: 'given' };
    expect(await withSecrets(env, { read: async (arn) => JSON.stringify(kept[arn]) })).toEqual({
      ...env,
      MUX_TOKEN_SECRET: 's',
      CURSOR_SECRET: 'c',
    });
  });

  it('that cannot be read stop the start, without their content', async () => {
    const env = { MUX_SECRET_ARN: 'arn:mux' };
    await expect(withSecrets(env, { read: () => Promise.reject(new Error('denied')) })).rejects.toThrow(
      'The secret arn:mux cannot be read.',
    );
    await expect(withSecrets(env, { read: async () => 'placeholder-of-aws' })).rejects.toThrow(
      'The secret arn:mux is no JSON object of variables: npm run setup:mux writes it.',
    );
  });
});
