import type { FeedFailure } from '#ingest-client/uplink';

/**
 * Why there is no broadcast: the closed set. Whether the stream is to be ended: it cannot go on, and would stand in the way of the
 * next one.
 */
export const FAILURES = {
  'devices-denied': { endsStream: false },
  'no-devices': { endsStream: false },
  'devices-in-use': { endsStream: false },
  'unsupported-browser': { endsStream: false },
  'part-missing': { endsStream: true },
  'not-allowed': { endsStream: false },
  'signed-out': { endsStream: false },
  'cannot-connect': { endsStream: true },
  'service-full': { endsStream: true },
  'key-refused': { endsStream: true },
  replaced: { endsStream: false },
  'encoder-failed': { endsStream: true },
  'media-refused': { endsStream: true },
  'upstream-refused': { endsStream: true },
  'upstream-unreachable': { endsStream: true },
  'lost-too-long': { endsStream: true },
  'show-too-long': { endsStream: true },
} as const satisfies Record<string, { endsStream: boolean }>;

export type FailureReason = keyof typeof FAILURES;

/** What a feed's failure is called to a person; `ended-elsewhere` is no failure but an end. */
export const failureOf = {
  'not-allowed': 'not-allowed',
  'signed-out': 'signed-out',
  'cannot-connect': 'cannot-connect',
  'lost-too-long': 'lost-too-long',
  'key-refused': 'key-refused',
  replaced: 'replaced',
  'encoder-failed': 'encoder-failed',
  'upstream-refused': 'upstream-refused',
  'upstream-unreachable': 'upstream-unreachable',
  'show-too-long': 'show-too-long',
  'malformed-message': 'media-refused',
  'unsupported-media': 'media-refused',
  'frame-too-large': 'media-refused',
  'too-fast': 'media-refused',
  'resume-refused': 'cannot-connect',
  'hello-timeout': 'cannot-connect',
  'going-away': 'cannot-connect',
  'internal-error': 'cannot-connect',
  'too-slow': 'cannot-connect',
  idle: 'cannot-connect',
  migrate: 'cannot-connect',
  'lease-lost': 'cannot-connect',
  overloaded: 'service-full',
} as const satisfies Record<Exclude<FeedFailure, 'ended-elsewhere'>, FailureReason>;
