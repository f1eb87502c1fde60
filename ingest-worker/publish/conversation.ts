import { decodeAmf0, type Amf0Value } from './amf0.ts';
import { isKeyRefusal, toStatusFailure, type Failure } from './failure.ts';
import {
  command,
  MESSAGE,
  pingResponse,
  setChunkSize,
  USER_CONTROL,
  windowAcknowledgementSize,
  type RtmpMessage,
} from './rtmp-message.ts';
import type { Target } from './target.ts';

/**
 * What is said on one connection after the handshake, as a pure function: a message heard, the next state, and what is
 * to be done about it.
 */
export type Conversation =
  /** `connect` has been said. */
  | { at: 'connecting' }
  /** `createStream` has been said. */
  | { at: 'creating' }
  /** `publish` has been said. */
  | { at: 'publishing'; streamId: number }
  | { at: 'live'; streamId: number }
  /** The farewell has been said. */
  | { at: 'leaving' }
  | { at: 'failed' };

export type Effect =
  | { do: 'write'; message: RtmpMessage }
  /** From the next message on, our chunks are of this size. */
  | { do: 'enlarge-chunks'; bytes: number }
  /** An answer has come: the next one has its own time. */
  | { do: 'go-on' }
  | { do: 'open'; streamId: number }
  /** The farewell is answered, and so all that was said before it has been read. */
  | { do: 'part' }
  | { do: 'count'; acknowledged: number }
  /** After how many bytes each time the server wants to hear how much we have read. */
  | { do: 'report-every'; bytes: number }
  /** The server sends us to another address; it fails us right after. */
  | { do: 'redirect'; url: string }
  | ({ do: 'fail' } & Failure);

type Step = [next: Conversation, effects: Effect[]];

export type Terms = { target: Target; streamKey: string; chunkBytes: number; ackWindowBytes: number };

const TRANSACTION = {
  connect: 1,
  releaseStream: 2,
  fcPublish: 3,
  createStream: 4,
  publish: 5,
  fcUnpublish: 6,
} as const;
const FLASH_VERSION = 'FMLE/3.0 (compatible; Vybzz)';
const UNPUBLISHED = 'NetStream.Unpublish.Success';
const MIN_REPORT_BYTES = 1_024;

export const begin = ({ target }: Terms): Step => {
  const { app, tcUrl } = target;
  const connect = { app, type: 'nonprivate', flashVer: FLASH_VERSION, tcUrl };
  return [{ at: 'connecting' }, [write(command(0, 'connect', TRANSACTION.connect, connect))]];
};

/** What is said before the socket ends. */
export const leave = (conversation: Conversation, { streamKey }: Terms): Step => [
  { at: 'leaving' },
  conversation.at === 'live'
    ? [
        write(command(0, 'FCUnpublish', TRANSACTION.fcUnpublish, null, streamKey)),
        write(command(0, 'deleteStream', 0, null, conversation.streamId)),
      ]
    : [],
];

export const hear = (conversation: Conversation, message: RtmpMessage, terms: Terms): Step => {
  const { type, body } = message;
  switch (type) {
    case MESSAGE.acknowledgement:
      return [conversation, body.length >= 4 ? [{ do: 'count', acknowledged: body.readUInt32BE() }] : []];
    case MESSAGE.windowAcknowledgementSize:
      // A window of nothing, or of a few bytes, would have us talk more than we hear.
      return [
        conversation,
        body.length >= 4 ? [{ do: 'report-every', bytes: Math.max(MIN_REPORT_BYTES, body.readUInt32BE()) }] : [],
      ];
    case MESSAGE.setPeerBandwidth:
      // The specification wants a window in return. The server's own figure would mean an acknowledgement every few MB.
      return [conversation, [write(windowAcknowledgementSize(terms.ackWindowBytes))]];
    case MESSAGE.userControl:
      return [conversation, isPing(body) ? [write(pingResponse(body))] : []];
    case MESSAGE.commandAmf0:
      return hearCommand(conversation, decodeAmf0(body), terms);
    case MESSAGE.commandAmf3:
      // Its one AMF3 byte says that AMF0 follows.
      return hearCommand(conversation, decodeAmf0(body.subarray(1)), terms);
    default:
      return [conversation, []];
  }
};

const write = (message: RtmpMessage): Effect => ({ do: 'write', message });
const isPing = (body: Buffer): boolean => body.length >= 6 && body.readUInt16BE() === USER_CONTROL.pingRequest;

const hearCommand = (conversation: Conversation, values: Amf0Value[], terms: Terms): Step => {
  const [name, transaction, , argument] = values;
  if (conversation.at === 'leaving') return [conversation, isFarewell(values) ? [{ do: 'part' }] : []];
  if (name === 'onStatus') return hearStatus(conversation, argument);
  if (name === '_error') return hearError(conversation, transaction, argument);
  if (name === 'onFCPublish') return hearAnnounced(conversation, argument);
  if (name === 'close') return fail('reset', 'close');
  if (name !== '_result') return [conversation, []];
  if (conversation.at === 'connecting' && transaction === TRANSACTION.connect) return create(terms);
  if (conversation.at === 'creating' && transaction === TRANSACTION.createStream) return publish(argument, terms);
  return [conversation, []];
};

/** Servers answer FCUnpublish, or deleteStream, or neither. */
const isFarewell = ([name, transaction, , argument]: Amf0Value[]): boolean =>
  name === 'onFCUnpublish' ||
  ((name === '_result' || name === '_error') && transaction === TRANSACTION.fcUnpublish) ||
  (name === 'onStatus' && toStatus(argument).code === UNPUBLISHED);

const create = ({ streamKey, chunkBytes, ackWindowBytes }: Terms): Step => [
  { at: 'creating' },
  [
    { do: 'go-on' },
    write(setChunkSize(chunkBytes)),
    { do: 'enlarge-chunks', bytes: chunkBytes },
    write(windowAcknowledgementSize(ackWindowBytes)),
    write(command(0, 'releaseStream', TRANSACTION.releaseStream, null, streamKey)),
    write(command(0, 'FCPublish', TRANSACTION.fcPublish, null, streamKey)),
    write(command(0, 'createStream', TRANSACTION.createStream, null)),
  ],
];

const publish = (given: Amf0Value, { streamKey }: Terms): Step => {
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 0 || given > 0xffffffff)
    return fail('protocol-error', 'createStream gave no stream');
  return [
    { at: 'publishing', streamId: given },
    [{ do: 'go-on' }, write(command(given, 'publish', TRANSACTION.publish, null, streamKey, 'live'))],
  ];
};

const hearStatus = (conversation: Conversation, status: Amf0Value): Step => {
  const { code, level, words } = toStatus(status);
  if (level === 'error' || isKeyRefusal(code)) return fail(toStatusFailure(code), words);
  if (code === 'NetStream.Publish.Start' && conversation.at === 'publishing')
    return [{ at: 'live', streamId: conversation.streamId }, [{ do: 'open', streamId: conversation.streamId }]];
  // The server has let go of the stream, unasked.
  if (code === UNPUBLISHED && conversation.at === 'live') return fail('reset', words);
  return [conversation, []];
};

/** The answer to FCPublish, by which some servers refuse a key and then say nothing more. */
const hearAnnounced = (conversation: Conversation, status: Amf0Value): Step => {
  const { code, words } = toStatus(status);
  return isKeyRefusal(code) ? fail('key-refused', words) : [conversation, []];
};

/** releaseStream and FCPublish are courtesies that many servers do not know; their errors mean nothing. */
const hearError = (conversation: Conversation, transaction: Amf0Value, status: Amf0Value): Step => {
  const { code, words } = toStatus(status);
  switch (transaction) {
    case TRANSACTION.connect: {
      const url = toRedirect(status);
      const [next, effects] = fail(toStatusFailure(code), words);
      return [next, url === undefined ? effects : [{ do: 'redirect', url }, ...effects]];
    }
    case TRANSACTION.createStream:
      return fail(toStatusFailure(code), words);
    case TRANSACTION.publish:
      return fail('key-refused', words);
    default:
      return [conversation, []];
  }
};

const toStatus = (status: Amf0Value): { code: string; level: string; words: string } => {
  const text = (name: string): string => {
    const value = memberOf(status, name);
    return typeof value === 'string' ? value : '';
  };
  const code = text('code');
  return { code, level: text('level'), words: [code, text('description')].filter((part) => part !== '').join(': ') };
};

/** `ex.redirect` of a status, which servers of a cluster answer `connect` with. */
const toRedirect = (status: Amf0Value): string | undefined => {
  const ex = memberOf(status, 'ex');
  const url = memberOf(ex, 'redirect');
  return typeof url === 'string' ? url : undefined;
};

const memberOf = (value: Amf0Value, name: string): Amf0Value =>
  typeof value !== 'object' || value === null || Array.isArray(value) ? undefined : value[name];

const fail = (because: Failure['because'], detail: string): Step => [
  { at: 'failed' },
  [{ do: 'fail', because, detail }],
];
