import { ErrorBody, STATUS, type ErrorCode } from '#contract/errors';

/** Why a call failed: a code of the contract, or one of the three ways in which no answer of ours arrived. */
export type ApiErrorCode = ErrorCode | 'unreachable' | 'no-answer' | 'unexpected-answer';

type Parts = {
  code: ApiErrorCode;
  message: string;
  details?: Record<string, unknown> | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** A call that failed. `message` is a sentence fit to be shown; decisions are made by `code`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly details: Record<string, unknown>;
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, details = {}, retryAfterMs, cause }: Parts) {
    super(message, { cause });
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error in an answer that is not 2xx; one that is not in our form (a proxy's page) is `unexpected-answer`. */
export const errorFromAnswer = ({
  status,
  retryAfter,
  text,
}: {
  status: number;
  retryAfter: string | null;
  text: string;
}) => {
  const body = ErrorBody.safeParse(json(text));
  const retryAfterMs = retryAfterMsFrom(retryAfter);
  if (body.success && isErrorCode(body.data.error))
    return new ApiError({
      code: body.data.error,
      message: body.data.message,
      details: body.data.details,
      retryAfterMs,
    });
  return new ApiError({
    code: status === 503 || status === 504 ? 'temporarily-unavailable' : 'unexpected-answer',
    message:
      status >= 500 ? 'Vybzz is having trouble right now. Try again in a moment.' : 'Something unexpected came back.',
    details: { status },
    retryAfterMs,
  });
};

const PASSING: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>([
  'unreachable',
  'no-answer',
  'too-many-requests',
  'internal',
  'video-provider-down',
  'video-provider-busy',
  'temporarily-unavailable',
]);

/** Whether the same call may succeed when it is made again a little later. */
export const isPassing = (error: unknown) => error instanceof ApiError && PASSING.has(error.code);

const KEPT_OUT: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(['not-signed-in', 'not-allowed', 'blocked']);

/** Whether this is somebody who may not see what they asked for, for whatever reason. */
export const isKeptOut = (error: unknown): boolean => error instanceof ApiError && KEPT_OUT.has(error.code);

/** Whether a code is one of the contract's; a server may be newer than the page. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(STATUS, code);

/** The JSON in a text; undefined where there is none. */
export const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Seconds, as our API sends them; the date form is not ours. */
const retryAfterMsFrom = (header: string | null) =>
  header !== null && /^\d{1,5}$/.test(header) ? Number(header) * 1_000 : undefined;
