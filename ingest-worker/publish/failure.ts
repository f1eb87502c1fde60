import type { PublisherFailure } from '../session/publisher.ts';

/** Why it failed, and the other side's words about it. */
export type Failure = { because: PublisherFailure; detail: string };

/** Status codes that speak of the key. Any other error is the server's own affair and may pass. */
const KEY_REFUSALS: ReadonlySet<string> = new Set([
  'NetStream.Publish.BadName',
  'NetStream.Publish.Denied',
  'NetStream.Publish.Rejected',
  'NetStream.Publish.Unauthorized',
]);

/** Whether it is said of the key that it is not taken; by whatever level, which servers forget or call a status. */
export const isKeyRefusal = (code: string): boolean => KEY_REFUSALS.has(code);

/** What a status of level `error` means. */
export const toStatusFailure = (code: string): PublisherFailure => (isKeyRefusal(code) ? 'key-refused' : 'refused');

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
]);
/** Node's names for a chain that does not lead to an authority we trust, or to another name. */
const UNTRUSTED =
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED|EPROTO)/;

/** What an error of the socket means. */
export const toSocketFailure = (code: string | undefined): PublisherFailure => {
  if (code === undefined) return 'reset';
  if (code === 'ETIMEDOUT') return 'timed-out';
  if (UNREACHABLE.has(code)) return 'unreachable';
  return UNTRUSTED.test(code) ? 'untrusted' : 'reset';
};

/** An error's code, as Node gives it, or its name: never its message, which may quote what we sent. */
export const toErrorCode = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // A connection tried over several addresses fails with all of their errors.
  return error instanceof AggregateError ? toErrorCode(error.errors[0]) : undefined;
};

/**
 * Text from the other side, fit for a log line: without the key in any form in which it was sent, without control
 * characters, of limited length.
 */
export const createScrub =
  (streamKey: string, maxCharacters: number) =>
  (text: string): string => {
    const forms = [streamKey, encodeURIComponent(streamKey), encodeURI(streamKey)].filter((form) => form !== '');
    const without = forms.reduce((rest, form) => rest.replaceAll(form, '[key]'), text);
    return without
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, maxCharacters);
  };
