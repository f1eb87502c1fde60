import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type RefusalReason =
  | 'unauthorized'
  | 'not_found'
  | 'invalid_parameters'
  | 'rate_limited'
  | 'too_large'
  | 'server_error';

export const STATUS = {
  unauthorized: 401,
  not_found: 404,
  invalid_parameters: 400,
  rate_limited: 429,
  too_large: 413,
  server_error: 500,
} as const satisfies Record<RefusalReason, ContentfulStatusCode>;

/** A call that is not answered with what it asks for, in Mux's shape. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly messages: string[];

  constructor(reason: RefusalReason, messages: string[]) {
    super(messages.join(' '));
    this.reason = reason;
    this.messages = messages;
  }

  static notFound(): Refusal {
    return new Refusal('not_found', ["The requested resource either doesn't exist or you don't have access to it."]);
  }

  static invalid(...messages: string[]): Refusal {
    return new Refusal('invalid_parameters', messages);
  }
}

export const toErrorBody = ({ reason, messages }: Refusal): { error: { type: string; messages: string[] } } => ({
  error: { type: reason, messages },
});
