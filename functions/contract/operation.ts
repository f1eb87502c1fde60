import type * as z from 'zod/mini';
import type { ErrorCode } from './errors.ts';

/** One call of the API: what it takes, what it answers and why it refuses. Each room is held to its own by tests. */
export type Operation = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters in braces, as OpenAPI has them. */
  path: string;
  does: string;
  /** Who may call at all: whoever is not is refused `not-signed-in`. */
  who: 'anyone' | 'signed in' | 'Mux';
  query?: z.ZodMiniObject;
  body?: z.ZodMiniType;
  status: 200 | 201 | 204;
  /** The body of that status; absent where there is none. */
  answer?: z.ZodMiniType;
  /** Besides `COMMON`. */
  refusals?: readonly ErrorCode[];
};

/** What any call may be refused with, whatever it is. */
export const COMMON = [
  'invalid-request',
  'not-signed-in',
  'token-expired',
  'body-too-large',
  'unsupported-media-type',
  'too-many-requests',
  'internal',
  'temporarily-unavailable',
] as const satisfies readonly ErrorCode[];
