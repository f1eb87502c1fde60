import { type ErrorBody, type ErrorCode, STATUS } from '#contract/errors';

/**
 * A person is refused, for one of a closed set of reasons. Thrown where HTTP is spoken and nowhere below: what the store or the
 * video provider expects to happen, it tells as a value. The message is a sentence for people; `cause` is logged, never sent.
 */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    message: string,
    {
      details,
      headers = {},
      cause,
    }: { details?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  get status() {
    return STATUS[this.code];
  }

  get body(): ErrorBody {
    return { error: this.code, message: this.message, ...(this.details && { details: this.details }) };
  }
}
