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
const event = (path: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'localhost' },
  requestContext: { http: { method: 'GET', path, sourceIp: '192.0.2.1' }, domainName: 'localhost' },
  isBase64Encoded: false,
});

const invoke = async (file: string, path: string) => {
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    const answer = await handler(${JSON.stringify(event(path))}, {});
    process.stdout.write('\\n' + JSON.stringify(answer)); process.exit();`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: ENVIRONMENT });
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
});
