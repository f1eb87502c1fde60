/** The codes by which S3 refuses, with the status of each: those that a form, or a signed request of ours, may meet. */
const STATUS = {
  AccessDenied: 403,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPolicyDocument: 400,
  MalformedPOSTRequest: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
} as const;
type Code = keyof typeof STATUS;

/** A request is refused as S3 would refuse it: a status, and a code in XML. */
export class Refused extends Error {
  override name = 'Refused';
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return STATUS[this.code];
  }

  get xml(): string {
    return toXml('Error', { Code: this.code, Message: this.message });
  }
}

/** One element with elements of text in it: as much XML as S3 answers a form with. */
export const toXml = (root: string, members: Record<string, string>): string => {
  const inner = Object.entries(members).map(([name, text]) => `<${name}>${escaped(text)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner.join('')}</${root}>`;
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
