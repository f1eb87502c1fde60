import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { ErrorBody } from '#contract/errors';
import { createCursors } from '#store/cursor';
import { TableUnavailable } from '#store/dynamo';
import { VideoFault } from '../video/live-video.ts';
import { requireCreator, requireUser } from './caller.ts';
import { Refusal } from './refusal.ts';
import { BODY_LIMIT_BYTES, createRoom, type RoomParts } from './room.ts';
import { body, jsonOnly, openCursor, query } from './valid.ts';

/** The code of a refusal. */
const codeOf = async (response: Response | Promise<Response>) => ErrorBody.parse(await (await response).json()).error;

/** A room with one route for each thing that a room does for its routes. */
const make = (parts: Partial<RoomParts> = {}) => {
  const logged: { level: string; message: string; extra: Record<string, unknown> | undefined }[] = [];
  const at = (level: string) => (message: string, extra?: Record<string, unknown>) =>
    void logged.push({ level, message, extra });
  const cursors = createCursors({ secret: 'a secret for cursors' });
  let fault: Error = new Error('not set');
  const room = createRoom({
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    ...parts,
  })
    .use(jsonOnly)
    .get('/fault', () => {
      throw fault;
    })
    .get('/user', (c) => c.json(requireUser(c)))
    .get('/creator', (c) => c.json(requireCreator(c)))
    .get('/list', query(z.object({ cursor: z.optional(z.string()) })), (c) =>
      c.json(openCursor(cursors, 'list', c.req.valid('query').cursor) ?? {}),
    )
    .post(
      '/things/:id',
      body(z.object({ name: z.string().check(z.minLength(2)), size: z.optional(z.number()) })),
      (c) => c.json({ ok: true }),
    );
  const send = (
    method: string,
    path: string,
    sent?: string,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => room.request(path, { method, headers, ...(sent !== undefined && { body: sent }) });
  return {
    logged,
    send,
    failing: async (error: Error) => {
      fault = error;
      const response = await room.request('/fault');
      return { status: response.status, body: await response.json(), headers: response.headers };
    },
  };
};

it('lets nobody keep an answer that does not say that it may be kept', async () => {
  const room = createRoom({ log: { debug() {}, info() {}, warn() {}, error() {} } })
    .get('/anything', (c) => c.json({}))
    .get('/picture', (c) => c.json({}, 200, { 'Cache-Control': 'public, max-age=9' }));
  const kept = async (path: string) => (await room.request(path)).headers.get('cache-control');
  expect([await kept('/anything'), await kept('/picture'), await kept('/nothing')]).toEqual([
    'no-store',
    'public, max-age=9',
    'no-store',
  ]);
});

describe('what goes wrong', () => {
  it.each([
    [
      'a refusal',
      new Refusal('stream-not-found', 'There is no such show.', { details: { id: 'x' } }),
      404,
      'stream-not-found',
    ],
    ['a table that is away', new TableUnavailable('connect ECONNREFUSED'), 503, 'temporarily-unavailable'],
    [
      'a provider that is busy',
      new VideoFault('busy', { doubtful: false, cause: 'secret cause' }),
      503,
      'video-provider-busy',
    ],
    [
      'a provider that is down',
      new VideoFault('down', { doubtful: true, cause: 'secret cause' }),
      502,
      'video-provider-down',
    ],
    ['a fault', new Error('secret cause'), 500, 'internal'],
  ])('has one form: %s', async (_, error, status, code) => {
    const { failing } = make();
    const answer = await failing(error);
    expect([answer.status, answer.body]).toMatchObject([
      status,
      { error: code, message: expect.stringMatching(/\.$/) },
    ]);
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|ECONN|at \w+ \(/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('is logged with its cause, under the id that its answer bears', async () => {
    const { failing, logged } = make();
    const cause = new Error('secret cause');
    const { headers } = await failing(cause);
    expect(logged).toEqual([
      {
        level: 'error',
        message: 'request failed',
        extra: {
          requestId: headers.get('x-request-id'),
          method: 'GET',
          path: '/fault',
          code: 'internal',
          error: cause,
        },
      },
    ]);
  });

  it('says when to come again, where that is known', async () => {
    const { failing } = make();
    expect((await failing(new TableUnavailable('away'))).headers.get('retry-after')).toBe('1');
    const refusal = new Refusal('too-many-requests', 'Too often.', { headers: { 'Retry-After': '7' } });
    expect((await failing(refusal)).headers.get('retry-after')).toBe('7');
  });
});

describe('a body', () => {
  it('is JSON, of the shape that is asked for', async () => {
    const { send } = make();
    expect((await send('POST', '/things/1', '{"name":"ab"}')).status).toBe(200);
    const wrong = await send('POST', '/things/1', '{"name":"a","size":"big"}');
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      {
        error: 'invalid-request',
        message: expect.stringMatching(/^name: /),
        details: {
          where: 'body',
          fields: [
            { field: 'name', message: expect.any(String) },
            { field: 'size', message: expect.any(String) },
          ],
        },
      },
    ]);
    expect(await codeOf(send('POST', '/things/1', '{"name"'))).toBe('invalid-request');
    expect(await codeOf(send('POST', '/things/1', '"ab"'))).toBe('invalid-request');
    expect(await codeOf(send('POST', '/things/1'))).toBe('invalid-request');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])(
    'is not %s',
    async (type) => {
      expect(await codeOf(make().send('POST', '/things/1', '{"name":"ab"}', { 'content-type': type }))).toBe(
        'unsupported-media-type',
      );
    },
  );

  it('may say its charset', async () => {
    const answer = await make().send('POST', '/things/1', '{"name":"ab"}', {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(answer.status).toBe(200);
  });

  it('may be as long as the limit, and not a byte longer, whether it says so or not', async () => {
    const { send } = make();
    const filled = (bytes: number) => `{"name":"${'x'.repeat(bytes - 11)}"}`;
    expect((await send('POST', '/things/1', filled(BODY_LIMIT_BYTES))).status).toBe(200);
    expect((await send('POST', '/things/1', filled(BODY_LIMIT_BYTES + 1))).status).toBe(413);
    const said = { 'content-type': 'application/json', 'content-length': String(BODY_LIMIT_BYTES + 1) };
    expect((await send('POST', '/things/1', filled(BODY_LIMIT_BYTES + 1), said)).status).toBe(413);
  });
});

describe('an address', () => {
  it('that is not there is 404; one that takes another method says which', async () => {
    const { send } = make();
    const [missing, wrong] = [await send('GET', '/nowhere'), await send('DELETE', '/things/1')];
    expect([missing.status, await codeOf(missing)]).toEqual([404, 'not-found']);
    expect([wrong.status, await codeOf(wrong), wrong.headers.get('allow')]).toEqual([
      405,
      'method-not-allowed',
      'POST',
    ]);
  });

  it('answers HEAD as GET', async () => {
    expect((await make().send('HEAD', '/list')).status).toBe(200);
  });
});

it('asks for a caller where there must be one', async () => {
  const { send } = make();
  const answer = await send('GET', '/user');
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer/)]);
  expect((await send('GET', '/creator')).status).toBe(401);
});

it('lets the pages of named origins in, and no others', async () => {
  const { send } = make({ corsOrigins: ['https://studio.test'] });
  const from = (origin: string) => send('GET', '/list', undefined, { origin });
  expect((await from('https://studio.test')).headers.get('access-control-allow-origin')).toBe('https://studio.test');
  expect((await from('https://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
  const preflight = await send('OPTIONS', '/things/1', undefined, {
    origin: 'https://studio.test',
    'access-control-request-method': 'POST',
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
    204,
    'GET,POST,PUT,PATCH,DELETE',
  ]);
  expect(
    (await make().send('GET', '/list', undefined, { origin: 'https://studio.test' })).headers.get(
      'access-control-allow-origin',
    ),
  ).toBeNull();
});
