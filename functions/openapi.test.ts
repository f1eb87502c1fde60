import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '#contract/operations';
import { breach, operationOf } from './contract.testing.ts';
import { OPENAPI_FILE, openApi } from './openapi.ts';
import { openControlPlane } from './rooms.testing.ts';

const plane = await openControlPlane();
afterAll(() => plane.close());

/** Answered before any room is reached, so that a room's fault cannot hide it. */
const AT_THE_DOOR = ['GET /healthz'];

const refsIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => (name === '$ref' ? [String(member)] : refsIn(member)))
    : [];

describe('the OpenAPI document', () => {
  it('is the one that the contract makes: `npm run openapi` writes it anew', async () => {
    expect(JSON.parse(await readFile(OPENAPI_FILE, 'utf8'))).toEqual(openApi());
  });

  it('speaks of nothing that it does not define', () => {
    const document = openApi();
    const { schemas, responses } = document['components'] as { schemas: object; responses: object };
    const defined = [...Object.keys(schemas), ...Object.keys(responses)];
    const spoken = new Set(refsIn(document).map((ref) => ref.replace(/^#\/components\/(schemas|responses)\//, '')));
    expect([...spoken].filter((name) => !defined.includes(name))).toEqual([]);
  });

  it('knows every route of every room, and no other', () => {
    const there = Object.values(plane.rooms)
      .flatMap(({ routes }) => routes)
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const known = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    expect(known.filter((route) => !AT_THE_DOOR.includes(route)).sort()).toEqual([...new Set(there)].sort());
  });

  it('says of each call that it is for the signed in exactly where the room says so', async () => {
    for (const { method, path, who, body } of OPERATIONS) {
      if (AT_THE_DOOR.includes(`${method} ${path}`) || who === 'Mux') continue;
      const { status } = await plane.call(method, path.replaceAll(/\{\w+\}/g, 'nobody'), {
        body: body && {},
      });
      expect([`${method} ${path}`, status === 401]).toEqual([`${method} ${path}`, who === 'signed in']);
    }
  });
});

/** Every answer in every test that calls a room goes through this: see `createCaller` and `openShowRooms`. */
describe('an answer held against the contract', () => {
  const config = { kind: 'oidc', issuer: 'https://id.test', clientId: 'c', scopes: [] };

  it('keeps to it', () => {
    expect(breach('GET', '/auth/config', { status: 200, body: config })).toBeUndefined();
    expect(breach('DELETE', '/users/me', { status: 204, body: undefined })).toBeUndefined();
    const refusal = { error: 'user-not-found', message: 'Nobody.' };
    expect(breach('GET', '/users/x', { status: 404, body: refusal })).toBeUndefined();
    expect(breach('GET', '/nothing', { status: 404, body: { error: 'not-found', message: 'x' } })).toBeUndefined();
  });

  it.each([
    ['one member more', 'GET', '/auth/config', { status: 200, body: { ...config, secret: 'x' } }],
    ['one less', 'GET', '/auth/config', { status: 200, body: { ...config, issuer: undefined } }],
    ['another status', 'GET', '/auth/config', { status: 201, body: config }],
    ['a body where there is none', 'DELETE', '/users/me', { status: 204, body: {} }],
    [
      'a code that is not its own',
      'GET',
      '/auth/config',
      { status: 409, body: { error: 'handle-taken', message: 'x' } },
    ],
    ['a code of another status', 'GET', '/users/x', { status: 400, body: { error: 'user-not-found', message: 'x' } }],
    ['a stack', 'GET', '/users/x', { status: 500, body: { stack: 'Error: at' } }],
  ])('with %s does not', (_, method, path, answer) => {
    expect(breach(method, path, answer)).toBeTypeOf('string');
  });

  it('is held to the call that it is of, not to one that looks like it', () => {
    expect(operationOf('GET', '/users/me')?.path).toBe('/users/me');
    expect(operationOf('GET', '/users/you?x=1')?.path).toBe('/users/{handle}');
    expect(operationOf('GET', '/posts/feed')?.path).toBe('/posts/feed');
    expect(operationOf('PUT', '/users/me')).toBeUndefined();
  });
});
