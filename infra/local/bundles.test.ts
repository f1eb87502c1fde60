import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { freePort } from '#stand-ins/free-port';
import { OPERATIONS } from '#contract/operations';
import { startIssuer, type TestIssuer } from '../../functions/auth/issuer.testing.ts';
import { bundle, ENVIRONMENT, type Room } from '../../functions/sizes.ts';
import { openTestTable } from '../../functions/store/store.testing.ts';
import { startControlPlane } from './control-plane.ts';
import { startGateway } from './gateway.ts';

/** What a Lambda answers and what the local process does, for the same events, whole. */
type Event = {
  name: string;
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body?: string;
};
type Answer = { status: number; headers: Record<string, string>; body: unknown };

const NOTHING: Answer = { status: 0, headers: {}, body: '' };
const SIDE = ['auth', 'users', 'posts', 'reports', 'search', 'stream', 'webhooks'] as const;
const ROOM_OF: Record<(typeof SIDE)[number], Room> = {
  auth: 'auth',
  users: 'users',
  posts: 'posts',
  reports: 'streams',
  search: 'posts',
  stream: 'streams',
  webhooks: 'webhooks',
};
/** What of the headers a client goes by; the rest differs by server, time or request. */
const COMPARED = ['content-type', 'allow', 'www-authenticate', 'cache-control'];
const Answered = z.array(
  z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()), body: z.string() }),
);
const START_MS = 120_000;
const MANY_MS = 120_000;

const at = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'handle' ? 'nobody_here' : 'str_00000000000000000000000000',
  );

/** For each call of the contract: nobody who asks, and every way in which query and body are wrong. */
const events = (token: string): Event[] =>
  OPERATIONS.filter(({ path }) => SIDE.some((side) => path.startsWith(`/${side}`))).flatMap(
    ({ method, path, query, body }): Event[] => {
      const event = (name: string, more: Partial<Event> = {}): Event => ({
        name: `${method} ${path}: ${name}`,
        method,
        path: at(path),
        query: '',
        ...more,
        headers: { authorization: `Bearer ${token}`, ...more.headers },
      });
      const json = { 'content-type': 'application/json' };
      const bodies = ['{}', '{"title":5,"text":7,"name":"","body":"","test":"yes"}', '{', '[]', '"text"', 'null'];
      return [
        event('a token that is none', { headers: { authorization: 'Bearer none' } }),
        ...(query
          ? ['limit=none', 'limit=0', 'cursor=made-up', 'state=none&limit=1e9'].map((said) =>
              event(said, { query: said }),
            )
          : []),
        ...(body && path !== '/webhooks/mux' ? bodies.map((said) => event(said, { headers: json, body: said })) : []),
        ...(body ? [event('no JSON', { headers: { 'content-type': 'text/plain' }, body: 'words' })] : []),
        event('another method', { method: 'PROPFIND' }),
      ];
    },
  );

let directory: string;
let issuer: TestIssuer;
let tables: Awaited<ReturnType<typeof openTestTable>>[];
let gateway: Awaited<ReturnType<typeof startGateway>>;
let all: Event[];
let answers: { local: Answer[]; lambda: Answer[] };

const environmentOf = (tableName: string): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(ENVIRONMENT).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
  TABLE_NAME: tableName,
  AUTH_ISSUERS: JSON.stringify([issuer.config]),
});

const picked = (headers: [string, string][]): Record<string, string> =>
  Object.fromEntries(headers.filter(([name]) => COMPARED.includes(name)));

const askLocal = async ({ method, path, query, headers, body }: Event): Promise<Answer> => {
  const answer = await fetch(`${gateway.origin}${path}${query && `?${query}`}`, {
    method,
    headers,
    ...(body && { body }),
  });
  return { status: answer.status, headers: picked([...answer.headers]), body: await answer.text() };
};

/** Loads a room's bundle in a process of its own, which has loaded nothing else, and hands it the events one after the other. */
const askLambda = async (side: (typeof SIDE)[number], own: Event[], env: Record<string, string>): Promise<Answer[]> => {
  const file = join(directory, `${side}.mjs`);
  await bundle(ROOM_OF[side], file);
  const handed = own.map(({ method, path, query, headers, body }) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: { host: 'localhost', ...headers, ...(body && { 'content-length': String(Buffer.byteLength(body)) }) },
    requestContext: { http: { method, path, sourceIp: '192.0.2.1' }, domainName: 'localhost' },
    ...(body && { body }),
    isBase64Encoded: false,
  }));
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    const answers = [];
    for (const event of ${JSON.stringify(handed)}) answers.push(await handler(event, {}));
    process.stdout.write('\\n' + JSON.stringify(answers)); process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  return Answered.parse(JSON.parse(stdout.split('\n').at(-1) ?? '[]')).map(({ statusCode, headers, body }) => ({
    status: statusCode,
    headers: picked(Object.entries(headers)),
    body,
  }));
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vybzz-bundles-'));
  issuer = await startIssuer();
  tables = [await openTestTable(), await openTestTable()];
  const [ours, theirs] = tables;
  if (!ours || !theirs) throw new Error('unreachable');
  const controlPlane = startControlPlane({ environment: environmentOf(ours.tableName), aws: ours.aws, log: () => {} });
  gateway = await startGateway({
    port: await freePort(),
    version: 'test',
    controlPlane: () => controlPlane,
    workerPort: 1,
    web: { dist: '/nonexistent' },
    otherOrigins: [],
    services: async () => [],
    issueToken: async () => undefined,
    localSecret: 'unused',
    log: () => {},
  });
  all = events(await issuer.issue('somebody', { preferred_username: 'somebody' }));
  const local: Answer[] = [];
  for (const event of all) local.push(await askLocal(event));
  const lambda: Answer[] = Array.from({ length: all.length });
  for (const side of SIDE) {
    const mine = all.flatMap((event, index) => (event.path.split('/')[1] === side ? [index] : []));
    const asked = await askLambda(
      side,
      mine.flatMap((index) => all[index] ?? []),
      { ...environmentOf(theirs.tableName), AWS_ENDPOINT_URL_DYNAMODB: theirs.aws.endpoint },
    );
    for (const [i, index] of mine.entries()) lambda[index] = asked[i] ?? NOTHING;
  }
  answers = { local, lambda };
}, START_MS);
afterAll(async () => {
  await gateway.close();
  await issuer.close();
  for (const table of tables) await table.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a Lambda’s bundle', () => {
  it('answers each event of the contract as the local process does, to the word', { timeout: MANY_MS }, () => {
    const refused = answers.local.filter(({ status }) => status >= 400);
    expect(refused.length).toBeGreaterThan(75);
    const differing = all.flatMap(({ name }, index) => {
      const [local, lambda] = [answers.local[index], answers.lambda[index]];
      const isRefusal = (local?.status ?? 0) >= 400;
      const same = isRefusal ? JSON.stringify(local) === JSON.stringify(lambda) : local?.status === lambda?.status;
      return same ? [] : [{ name, local, lambda }];
    });
    expect(differing).toEqual([]);
  });

  it('says what is wrong with a field, and not only that something is', () => {
    const said = answers.lambda.map(({ body }) => String(body)).join('\n');
    expect(said).toContain('expected string, received number');
    expect(said).not.toContain('Invalid input"');
  });

  it('names in Allow what the address takes', () => {
    for (const [index, { name, method, path }] of all.entries()) {
      if (method !== 'PROPFIND') continue;
      const takes = OPERATIONS.filter((one) => at(one.path) === path).map((one) => one.method);
      const { status, headers } = answers.lambda[index] ?? NOTHING;
      expect(status, name).toBe(405);
      expect(
        (headers['allow'] ?? '')
          .split(', ')
          .filter((one) => one !== 'HEAD')
          .sort(),
        name,
      ).toEqual(takes.sort());
    }
  });
});
