import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetOf, bundle, ENVIRONMENT, ROOMS, weightOf } from './sizes.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vybzz-bundles-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** An event as an HTTP API (payload 2.0) hands it to a Lambda. */
const event = (path: string, headers: Record<string, string> = {}) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'localhost', ...headers },
  requestContext: { http: { method: 'GET', path, sourceIp: '192.0.2.1' }, domainName: 'localhost' },
  isBase64Encoded: false,
});

const invoke = async (
  file: string,
  path: string,
  { headers, env }: { headers?: Record<string, string>; env?: Record<string, string> } = {},
) => {
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    const answer = await handler(${JSON.stringify(event(path, headers))}, {});
    process.stdout.write('\\n' + JSON.stringify(answer)); process.exit();`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...ENVIRONMENT, ...env } });
  return JSON.parse(stdout.split('\n').at(-1) ?? '');
};

describe('the bundle of a room', () => {
  it.each(ROOMS)('%s is within its budget of bytes', async (room) => {
    const file = join(directory, `${room}.mjs`);
    await bundle(room, file);
    expect(await weightOf(room, file)).toBeLessThanOrEqual(budgetOf(room).bytes);
  });

  it('answers what API Gateway hands it', async () => {
    const { statusCode, body } = await invoke(join(directory, 'auth.mjs'), '/auth/config');
    expect([statusCode, JSON.parse(body)]).toMatchObject([200, { kind: 'oidc', clientId: 'none' }]);
    const refused = await invoke(join(directory, 'users.mjs'), '/users/me');
    expect([refused.statusCode, JSON.parse(refused.body).error]).toEqual([401, 'not-signed-in']);
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="vybzz"');
    const nowhere = await invoke(join(directory, 'posts.mjs'), '/posts/x/y/z');
    expect([nowhere.statusCode, JSON.parse(nowhere.body).error]).toEqual([404, 'not-found']);
  });

  it('answers only what has come through the distribution, by either secret while that is changed', async () => {
    const env = { EDGE_SECRET: 'the new one of the edge', EDGE_SECRET_BEFORE: 'the old one of the edge' };
    const answers = async (headers?: Record<string, string>): Promise<number> =>
      (await invoke(join(directory, 'auth.mjs'), '/auth/config', { env, ...(headers && { headers }) })).statusCode;
    expect(await answers()).toBe(403);
    expect(await answers({ 'x-vybzz-edge': 'made up by somebody' })).toBe(403);
    expect(await answers({ 'x-vybzz-edge': env.EDGE_SECRET })).toBe(200);
    expect(await answers({ 'x-vybzz-edge': env.EDGE_SECRET_BEFORE })).toBe(200);
  });

  it('opens a socket only to who has come through it', async () => {
    const script = (
      name: string,
    ) => `const { connect } = await import(${JSON.stringify(pathToFileURL(join(directory, 'realtime.mjs')).href)});
      const headers = { Origin: 'http://localhost', ${JSON.stringify(name)}: 'the secret of the edge' };
      const answer = await connect({ requestContext: { connectionId: 'c' }, headers });
      process.stdout.write('\\n' + answer.statusCode); process.exit();`;
    const env = { ...ENVIRONMENT, EDGE_SECRET: 'the secret of the edge' };
    const opened = async (name: string): Promise<string | undefined> => {
      const args = ['--input-type=module', '--eval', script(name)];
      return (await promisify(execFile)(process.execPath, args, { env })).stdout.split('\n').at(-1);
    };
    expect(await opened('X-Other')).toBe('403');
    // API Gateway leaves the names as they were sent; without a ticket it is nobody who has come.
    expect(await opened('X-Vybzz-Edge')).toBe('401');
  });
});
