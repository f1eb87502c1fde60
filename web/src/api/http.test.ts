import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ApiError } from './api-error.ts';
import { createHttp, type TokenSource } from './http.ts';

const Thing = z.object({ name: z.string() });

type Sent = { url: string; method: string; headers: Record<string, string>; body: unknown };

const makeHttp = ({
  answers,
  tokens = {},
  timeoutMs,
}: {
  answers: (Response | Error | ((signal: AbortSignal) => Promise<Response>))[];
  tokens?: Partial<TokenSource>;
  timeoutMs?: number;
}) => {
  const sent: Sent[] = [];
  const http = createHttp({
    fetch: async (url, init = {}) => {
      const headers = Object.fromEntries(new Headers(init.headers));
      sent.push({ url: url as string, method: init.method ?? 'GET', headers, body: init.body });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'function') return answer(init.signal as AbortSignal);
      return answer as Response;
    },
    tokens: {
      getToken: async () => 'access-1',
      replaceToken: async () => 'access-2',
      giveUp: () => {},
      ...tokens,
    },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { http, sent };
};

const never = (signal: AbortSignal) =>
  new Promise<Response>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

const refusal = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  const { code, message, details, retryAfterMs } = error as ApiError;
  return { code, message, details, retryAfterMs };
};

describe('a call', () => {
  it('sends the token, the query and the body, and gives the parsed answer', async () => {
    const { http, sent } = makeHttp({ answers: [Response.json({ name: 'a', more: 1 })] });
    const call = { method: 'POST', path: '/things', query: { limit: 3, cursor: undefined }, body: { a: 1 } } as const;
    expect(await http.ask(Thing, call)).toEqual({ name: 'a' });
    expect(sent).toEqual([
      {
        url: '/things?limit=3',
        method: 'POST',
        headers: { accept: 'application/json', authorization: 'Bearer access-1', 'content-type': 'application/json' },
        body: '{"a":1}',
      },
    ]);
  });

  it('sends no token when it is anonymous', async () => {
    const { http, sent } = makeHttp({ answers: [Response.json({ name: 'a' })] });
    await http.ask(Thing, { path: '/things', anonymous: true });
    expect(sent[0]?.headers).toEqual({ accept: 'application/json' });
  });

  it('takes an answer without a body where none is asked for', async () => {
    const { http } = makeHttp({ answers: [new Response(null, { status: 204 })] });
    await expect(http.tell({ method: 'PUT', path: '/things/1' })).resolves.toBeUndefined();
  });
});

describe('a 401', () => {
  const unauthorized = () => Response.json({ error: 'token-expired', message: 'Sign in again.' }, { status: 401 });

  it('is met with a newer token, once', async () => {
    const { http, sent } = makeHttp({ answers: [unauthorized(), Response.json({ name: 'a' })] });
    expect(await http.ask(Thing, { path: '/things' })).toEqual({ name: 'a' });
    expect(sent.map(({ headers }) => headers['authorization'])).toEqual(['Bearer access-1', 'Bearer access-2']);
  });

  it('stands when there is no newer token', async () => {
    const { http, sent } = makeHttp({ answers: [unauthorized()], tokens: { replaceToken: async () => undefined } });
    expect(await refusal(http.ask(Thing, { path: '/things' }))).toMatchObject({ code: 'token-expired' });
    expect(sent).toHaveLength(1);
  });

  it('ends the session when the newer token is refused too', async () => {
    let gaveUp = 0;
    const { http, sent } = makeHttp({
      answers: [unauthorized(), unauthorized()],
      tokens: { giveUp: () => (gaveUp += 1) },
    });
    expect(await refusal(http.ask(Thing, { path: '/things' }))).toMatchObject({ code: 'token-expired' });
    expect({ sent: sent.length, gaveUp }).toEqual({ sent: 2, gaveUp: 1 });
  });

  it('without a token is only what it says', async () => {
    const { http, sent } = makeHttp({ answers: [unauthorized()], tokens: { getToken: async () => undefined } });
    expect(await refusal(http.ask(Thing, { path: '/things' }))).toMatchObject({ code: 'token-expired' });
    expect(sent).toHaveLength(1);
  });
});

describe('an error', () => {
  it('keeps its code, sentence, details and waiting time', async () => {
    const body = { error: 'already-live', message: 'One of yours is on the air.', details: { streamId: 'str_1' } };
    const { http } = makeHttp({ answers: [Response.json(body, { status: 409, headers: { 'retry-after': '7' } })] });
    expect(await refusal(http.tell({ path: '/things' }))).toEqual({
      code: 'already-live',
      message: 'One of yours is on the air.',
      details: { streamId: 'str_1' },
      retryAfterMs: 7_000,
    });
  });

  it.each([
    [503, '<html>', 'temporarily-unavailable'],
    [504, '', 'temporarily-unavailable'],
    [500, '<html>', 'unexpected-answer'],
    [418, '{"error":"teapot","message":"of a newer server"}', 'unexpected-answer'],
  ])('of status %i with %j is %s', async (status, text, code) => {
    const { http } = makeHttp({ answers: [new Response(text, { status })] });
    expect(await refusal(http.tell({ path: '/things' }))).toMatchObject({ code, details: { status } });
  });

  it.each(['{"name":1}', '<html>'])('is what an answer of %s to a known question is', async (text) => {
    const { http } = makeHttp({ answers: [new Response(text)] });
    expect(await refusal(http.ask(Thing, { path: '/things' }))).toMatchObject({ code: 'unexpected-answer' });
  });

  it('says when nothing answered', async () => {
    const { http } = makeHttp({ answers: [new TypeError('Failed to fetch')] });
    expect(await refusal(http.tell({ path: '/things' }))).toMatchObject({ code: 'unreachable' });
  });

  it('says when the answer took too long', async () => {
    const { http } = makeHttp({ answers: [never], timeoutMs: 5 });
    expect(await refusal(http.tell({ path: '/things' }))).toMatchObject({ code: 'no-answer' });
  });

  it("is the caller's own when the caller called it off", async () => {
    const { http } = makeHttp({ answers: [never] });
    const caller = new AbortController();
    const asked = http.tell({ path: '/things', signal: caller.signal });
    caller.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
