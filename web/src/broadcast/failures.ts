import type { FeedFailure } from '#ingest-client/uplink';

type Failure = {
  title: string;
  /** What the person can do about it. */
  advice: string;
  /** Whether the stream is to be ended: it cannot go on, and would stand in the way of the next one. */
  endsStream: boolean;
};

/** Why there is no broadcast: the closed set, each with what a person is told. */
export const FAILURES = {
  'devices-denied': {
    title: 'Your browser does not let Vybzz use the camera and microphone',
    advice: 'Allow them by the camera or lock sign beside the address, then try again.',
    endsStream: false,
  },
  'no-devices': {
    title: 'No camera or microphone was found',
    advice: 'Plug one in, or switch it on, then try again.',
    endsStream: false,
  },
  'devices-in-use': {
    title: 'Another program is using your camera or microphone',
    advice: 'Close the other program or tab, then try again.',
    endsStream: false,
  },
  'unsupported-browser': {
    title: 'This browser cannot broadcast',
    advice: 'Use a current Chrome, Edge, Firefox or Safari, over https.',
    endsStream: false,
  },
  'part-missing': {
    title: 'A part of Vybzz could not be loaded',
    advice: 'Vybzz may have been updated since this page was opened. Reload it, then start again.',
    endsStream: true,
  },
  'not-allowed': {
    title: 'This account may not broadcast here',
    advice: 'Sign in again, then try again.',
    endsStream: false,
  },
  'cannot-connect': {
    title: 'No connection to the streaming service',
    advice: 'Check your network. A firewall may block WebSockets.',
    endsStream: true,
  },
  'key-refused': {
    title: 'The streaming service refused the stream key',
    advice: 'Start again to get a new one.',
    endsStream: true,
  },
  replaced: {
    title: 'This stream is now sent from another tab or device',
    advice: 'Go on there. Start again here to take it back.',
    endsStream: false,
  },
  'encoder-failed': {
    title: 'The video could not be encoded',
    advice: 'Close what else uses the camera or the processor, then start again.',
    endsStream: true,
  },
  'media-refused': {
    title: 'The streaming service could not read the video',
    advice: 'Reload the page and start again.',
    endsStream: true,
  },
  'upstream-refused': {
    title: 'The video service refused the stream',
    advice: 'Start again. If it happens twice, tell us.',
    endsStream: true,
  },
  'upstream-unreachable': {
    title: 'The video service cannot be reached',
    advice: 'Start again in a few minutes.',
    endsStream: true,
  },
  'lost-too-long': {
    title: 'The network was away for too long',
    advice: 'Start again when it is back.',
    endsStream: true,
  },
  'show-too-long': {
    title: 'The show has reached its longest time',
    advice: 'Start a new one to go on.',
    endsStream: true,
  },
} as const satisfies Record<string, Failure>;

export type FailureReason = keyof typeof FAILURES;

/** What a feed's failure is called to a person; `ended-elsewhere` is no failure but an end. */
export const failureOf = {
  'not-allowed': 'not-allowed',
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
  overloaded: 'cannot-connect',
} as const satisfies Record<Exclude<FeedFailure, 'ended-elsewhere'>, FailureReason>;
