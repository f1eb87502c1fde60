/** An answer that DynamoDB gives instead of a result. Everything else that is thrown is a fault of ours. */
export class ServiceError extends Error {
  readonly statusCode: number;
  readonly body: Record<string, unknown>;

  constructor(type: string, message: string, { statusCode = 400, ...details }: ErrorDetails = {}) {
    super(message);
    this.name = type.slice(type.indexOf('#') + 1);
    this.statusCode = statusCode;
    this.body = { __type: type, message, ...details };
  }
}

type ErrorDetails = { statusCode?: number } & Record<string, unknown>;

const service = (name: string) => `com.amazonaws.dynamodb.v20120810#${name}`;

export const invalid = (message: string) => new ServiceError('com.amazon.coral.validate#ValidationException', message);

export const unknownOperation = () =>
  new ServiceError('com.amazon.coral.service#UnknownOperationException', 'The requested operation is not emulated');

export const unreadable = () =>
  new ServiceError('com.amazon.coral.service#SerializationException', 'The request body is not a JSON object');

export const unsigned = () =>
  new ServiceError(
    'com.amazon.coral.service#MissingAuthenticationTokenException',
    'Request is missing Authentication Token',
  );

export const tooLarge = (limitBytes: number) =>
  new ServiceError(
    'com.amazon.coral.service#RequestEntityTooLargeException',
    `The request body exceeds ${limitBytes} bytes`,
    { statusCode: 413 },
  );

export const tableInUse = (name: string) =>
  new ServiceError(service('ResourceInUseException'), `Table already exists: ${name}`);

export const tableNotFound = (message: string) => new ServiceError(service('ResourceNotFoundException'), message);

/** `item` is what refused it, for whoever asked. */
export const conditionFailed = (item: object | undefined) =>
  new ServiceError(
    service('ConditionalCheckFailedException'),
    'The conditional request failed',
    item ? { Item: item } : {},
  );

export const cancelled = (reasons: { Code: string }[]) =>
  new ServiceError(
    service('TransactionCanceledException'),
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    { CancellationReasons: reasons },
  );

export const tokenMismatch = () =>
  new ServiceError(
    service('IdempotentParameterMismatchException'),
    'A previous transaction used this ClientRequestToken with other parameters',
  );

/** What the engine threw or called back with, when it means to answer and not that it broke. */
export function asServiceError(thrown: unknown): ServiceError | undefined {
  if (thrown instanceof ServiceError) return thrown;
  if (!(thrown instanceof Error) || !('statusCode' in thrown) || !('body' in thrown)) return undefined;
  const { statusCode, body } = thrown;
  if (typeof statusCode !== 'number' || typeof body !== 'object' || body === null) return undefined;
  if (!('__type' in body) || typeof body.__type !== 'string') return undefined;
  return new ServiceError(body.__type, thrown.message, { ...body, statusCode });
}

export const isConditionFailure = (error: ServiceError) => error.name === 'ConditionalCheckFailedException';
