import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AuthConfig } from '#contract/http';
import { createOidc } from './oidc.ts';
import type { SignInHow } from './sign-in-session.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** An issuer that has nothing but what it says of itself. */
const startIssuer = async (says: object): Promise<string> => {
  const server = createServer((_, response) => {
    const issuer = `http://127.0.0.1:${port}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ issuer, authorization_endpoint: `${issuer}/oauth2/authorize`, ...says }));
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  ends.push(() => new Promise((closed) => void server.close(() => closed())));
  return `http://127.0.0.1:${port}`;
};

const openOidc = async (says: object, kind: AuthConfig['kind'] = 'oidc') => {
  const issuer = await startIssuer(says);
  return createOidc({
    authConfig: async () => ({ kind, issuer, clientId: 'web', scopes: ['openid'] }),
    clockBehindMs: async () => 0,
    language: () => 'ur-Latn',
    redirectUri: 'http://vybzz.test/signed-in',
    signedOutUri: 'http://vybzz.test/',
  });
};

const addressFor = async (how: SignInHow, says: object, kind: AuthConfig['kind'] = 'oidc') => {
  const oidc = await openOidc(says, kind);
  return new URL(await oidc.authorizeUrl({ state: 's', nonce: 'n', verifier: 'v'.repeat(43) }, how));
};

const PROMPTS = { prompt_values_supported: ['login', 'none', 'create'] };

describe('the way to an issuer', () => {
  it('says nothing of how where somebody signs in as usual', async () => {
    const { pathname, searchParams } = await addressFor('usual', PROMPTS);
    expect([pathname, searchParams.get('prompt')]).toEqual(['/oauth2/authorize', null]);
  });

  it('asks for its pages in the language that the app speaks, those for signing out, too', async () => {
    const { searchParams } = await addressFor('usual', {});
    expect(searchParams.get('ui_locales')).toBe('ur-Latn');
    const oidc = await openOidc({ end_session_endpoint: 'https://id.test/out' });
    const out = new URL((await oidc.endSessionUrl('the-id-token')) ?? '');
    expect(out.searchParams.get('ui_locales')).toBe('ur-Latn');
  });

  it('asks who proves anew who they are to sign in again', async () => {
    expect((await addressFor('again', {})).searchParams.get('prompt')).toBe('login');
  });

  it('leads who is new to the page for them, where the issuer says that it has one', async () => {
    expect((await addressFor('new', PROMPTS)).searchParams.get('prompt')).toBe('create');
    expect((await addressFor('new', {})).searchParams.get('prompt')).toBeNull();
  });

  it('leads who is new to Cognito’s own page for them', async () => {
    const { pathname, searchParams } = await addressFor('new', {}, 'cognito');
    expect([pathname, searchParams.get('client_id')]).toEqual(['/signup', 'web']);
  });
});
