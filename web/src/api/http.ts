import type { ZodMiniType } from 'zod/mini';
import { ApiError, errorFromAnswer, json } from './api-error.ts';

/** What a call needs of the session: the token to send, and a newer one after a 401. */
export type TokenSource = {
  getToken: () => Promise<string | undefined>;
  /** `undefined` where the session is over. */
  replaceToken: (refused: string) => Promise<string | undefined>;
  /** Told when a token fresh from the issuer was refused as well: this session is of no use here. */
  giveUp: () => void;
};

type Parts = {
  fetch: typeof globalThis.fetch;
  tokens: TokenSource;
  /** @default 15 s */
  timeoutMs?: number;
};

export type Call = {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** Sent without a token, so that a shared cache may answer. */
  anonymous?: boolean;
  signal?: AbortSignal | undefined;
  /** @default that of all calls */
  timeoutMs?: number;
};

/** Calls the API on our own origin: `ask` gives the parsed answer, `tell` gives none. Both throw an `ApiError`. */
export type Http = {
  ask: <Answer>(schema: ZodMiniType<Answer>, call: Call) => Promise<Answer>;
  tell: (call: Call) => Promise<void>;
};

export const createHttp = ({ fetch, tokens, timeoutMs = 15_000 }: Parts): Http => {
  const send = async (call: Call, token: string | undefined) => {
    const timeout = AbortSignal.timeout(call.timeoutMs ?? timeoutMs);
    try {
      const response = await fetch(urlOf(call), {
        method: call.method ?? 'GET',
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(call.body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        credentials: 'omit',
        signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      });
      return { response, text: await response.text() };
    } catch (cause) {
      if (call.signal?.aborted) throw cause;
      throw timeout.aborted
        ? new ApiError({ code: 'no-answer', message: 'Vybzz is taking too long to answer. Try again.', cause })
        : new ApiError({ code: 'unreachable', message: 'Vybzz cannot be reached. Check your connection.', cause });
    }
  };

  const answered = async (call: Call) => {
    const token = call.anonymous ? undefined : await tokens.getToken();
    const first = await send(call, token);
    if (first.response.status !== 401 || token === undefined) return first;
    const newer = await tokens.replaceToken(token);
    if (newer === undefined) return first;
    const second = await send(call, newer);
    if (second.response.status === 401) tokens.giveUp();
    return second;
  };

  const succeeded = async (call: Call) => {
    const { response, text } = await answered(call);
    if (response.ok) return text;
    throw errorFromAnswer({ status: response.status, retryAfter: response.headers.get('retry-after'), text });
  };

  return {
    async ask(schema, call) {
      const parsed = schema.safeParse(json(await succeeded(call)));
      if (parsed.success) return parsed.data;
      throw new ApiError({
        code: 'unexpected-answer',
        message: 'This page is older than the server. Reload it and try again.',
        cause: parsed.error,
      });
    },
    async tell(call) {
      await succeeded(call);
    },
  };
};

const urlOf = ({ path, query = {} }: Call) => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const search = parameters.toString();
  return search ? `${path}?${search}` : path;
};
