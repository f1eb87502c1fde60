import * as z from 'zod/mini';

/**
 * Why a person is refused: the closed set of error codes, one HTTP status each. A new code stops every table keyed by it
 * from compiling.
 */
export const STATUS = {
  'invalid-request': 400,
  'signature-invalid': 400,
  'not-signed-in': 401,
  'token-expired': 401,
  'not-allowed': 403,
  'not-a-creator': 403,
  /** What cannot be undone asks for a fresh sign-in. */
  'sign-in-too-old': 403,
  /** The issuer does not tell when somebody signed in: a sign-in cannot be told from an older one that was renewed. */
  'sign-in-time-unknown': 403,
  blocked: 403,
  /** The moderators of the platform let somebody say nothing for a while. */
  suspended: 403,
  'timed-out': 403,
  'chat-frozen': 403,
  'followers-only': 403,
  'not-found': 404,
  'user-not-found': 404,
  'stream-not-found': 404,
  'post-not-found': 404,
  'comment-not-found': 404,
  'upload-not-found': 404,
  'message-not-found': 404,
  'method-not-allowed': 405,
  'handle-taken': 409,
  /** A creator has named as many as may be. */
  'moderators-full': 409,
  'already-live': 409,
  'not-live-yet': 409,
  'stream-ended': 409,
  'stream-live': 409,
  'upload-not-arrived': 409,
  conflict: 409,
  'recording-gone': 410,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  /** A file that is not what it says it is, or holds too much. */
  'upload-unusable': 422,
  'too-many-requests': 429,
  internal: 500,
  /** As https://oembed.com wants it said. */
  'format-not-offered': 501,
  'video-provider-down': 502,
  'video-provider-busy': 503,
  'temporarily-unavailable': 503,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** The body of every answer that is not 2xx: never a stack, never a cause. `details` is for the machine, e.g. a stream's id. */
export const ErrorBody = z.object({
  error: z.string(),
  message: z.string(),
  details: z.optional(z.record(z.string(), z.unknown())),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
