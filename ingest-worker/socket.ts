import type { WebSocket } from 'ws';
import { CLOSE, ClientMessage, type CloseReason, decodeFrame, HEADER_BYTES, SUBPROTOCOL } from '#wire';
import type { StreamId } from '#domain/ids';
import type { Reservation } from './admission.ts';
import { LIMITS, LOAD_UNITS } from './limits.ts';
import type { Log } from './log.ts';
import type { Client } from './session/client.ts';
import { declaredPipeline } from './session/declared.ts';
import type { RunningSession } from './session/run-session.ts';
import type { Opened, Sessions } from './session/sessions.ts';

type Parts = {
  webSocket: WebSocket;
  redeemed: { redeemed: true; streamId: StreamId } | { redeemed: false; because: string };
  reservation: Reservation;
  sessions: Pick<Sessions, 'open' | 'resume'>;
  log: Log;
  clock: () => number;
};

type Conversation =
  | { at: 'greeting' }
  | { at: 'opening'; waiting: Buffer[]; waitingBytes: number }
  | { at: 'feeding'; session: RunningSession }
  | { at: 'closed' };

/** A close frame's reason: 123 bytes at most. */
const REASON_CHARACTERS = 120;
/** A client that does not answer a close within this is cut off. */
const CLOSE_GRACE_MS = 2_000;
/** A client that does not read what it is told for so long that this much waits is cut off. */
const UNREAD_BYTES = 256 * 1024;

/** One socket from its upgrade on: greets, opens or resumes a feed, and hands the session what comes (SPEC §W). */
export const converse = ({ webSocket, redeemed, reservation, sessions, log, clock }: Parts): void => {
  let conversation: Conversation = { at: 'greeting' };
  let heardMs = clock();
  const mode = webSocket.protocol === SUBPROTOCOL ? 'v1' : 'plain';
  const maxBytes = LIMITS.frameBytes + (mode === 'v1' ? HEADER_BYTES : 0);

  const reserve = (units: number): boolean => reservation.change(units);

  const close = (reason: CloseReason, detail?: string): void => {
    if (conversation.at === 'closed') return;
    // A session's own socket is let go by the session, one that has none by us.
    if (conversation.at === 'greeting') reservation.release();
    conversation = { at: 'closed' };
    clearTimeout(helloTimer);
    const text = detail && reason !== 'finished' ? `${reason}: ${detail}` : reason;
    webSocket.resume();
    webSocket.close(CLOSE[reason].code, text.slice(0, REASON_CHARACTERS));
    setTimeout(() => webSocket.terminate(), CLOSE_GRACE_MS).unref();
  };

  const client: Client = {
    mode,
    close,
    say: (message) => {
      if (mode === 'plain' || webSocket.readyState !== webSocket.OPEN) return;
      if (webSocket.bufferedAmount > UNREAD_BYTES) return webSocket.terminate();
      webSocket.send(JSON.stringify(message));
    },
    hold: (held) => {
      if (conversation.at === 'closed' || webSocket.isPaused === held) return;
      if (held) webSocket.pause();
      else webSocket.resume();
    },
  };

  /** Before a session is there to be told, a refusal is only the socket's. */
  const refuse = (reason: CloseReason, detail: string): void => {
    if (conversation.at === 'feeding') return conversation.session.refuse(client, reason, detail);
    log.warn('socket refused', { reason, detail });
    return close(reason, detail);
  };

  const opened = (answer: Opened): void => {
    if (!answer.opened) {
      reservation.release();
      return refuse(answer.because, answer.detail);
    }
    const { session, isNew } = answer;
    // A feed that lived on has its own reservation; a new one takes over this socket's.
    if (isNew) void session.over.then(() => reservation.release());
    else reservation.release();
    if (conversation.at !== 'opening') return session.left(client);
    const { waiting } = conversation;
    conversation = { at: 'feeding', session };
    webSocket.resume();
    for (const bytes of waiting) media(bytes);
  };

  const open = (opening: Promise<Opened>): void => {
    clearTimeout(helloTimer);
    conversation = { at: 'opening', waiting: [], waitingBytes: 0 };
    opening.then(opened, (cause: unknown) => {
      log.error('feed not opened', { cause: cause instanceof Error ? cause.message : String(cause) });
      reservation.release();
      close('internal-error');
    });
  };

  const media = (bytes: Buffer): void => {
    if (conversation.at === 'opening') {
      conversation.waiting.push(bytes);
      conversation.waitingBytes += bytes.byteLength;
      if (conversation.waitingBytes > LIMITS.frameBytes) webSocket.pause();
      return;
    }
    if (conversation.at !== 'feeding') return;
    const { session } = conversation;
    if (mode === 'plain') return session.chunk(client, bytes);
    const frame = decodeFrame(bytes);
    if (!frame) return refuse('malformed-message', 'not a media frame');
    return session.frame(client, frame);
  };

  const hear = (text: string): void => {
    const message = parse(text);
    if (!message) return refuse('malformed-message', 'not a message of this protocol');
    const streamId = redeemed.redeemed ? redeemed.streamId : undefined;
    if (conversation.at === 'greeting' && streamId && (message.type === 'hello' || message.type === 'resume')) {
      if (!reserve(LOAD_UNITS[declaredPipeline(message.media)]))
        return refuse('overloaded', 'no room for this kind of media');
      const opening = { client, streamId, media: message.media, reserve };
      return open(message.type === 'hello' ? sessions.open(opening) : sessions.resume({ ...message, ...opening }));
    }
    if (conversation.at !== 'feeding') return refuse('malformed-message', `${message.type} out of turn`);
    const { session } = conversation;
    switch (message.type) {
      case 'skip':
        return session.skip(client, message.to);
      case 'stop':
        return session.stop(client, message.at);
      case 'hello':
      case 'resume':
        return refuse('malformed-message', `${message.type} out of turn`);
    }
  };

  webSocket.on('error', () => undefined);
  webSocket.on('close', () => {
    clearTimeout(helloTimer);
    clearInterval(pings);
    const before = conversation;
    conversation = { at: 'closed' };
    if (before.at === 'greeting') reservation.release();
    if (before.at === 'feeding') before.session.left(client);
  });
  webSocket.on('pong', () => {
    heardMs = clock();
  });
  webSocket.on('message', (data: Buffer, isBinary) => {
    heardMs = clock();
    if (conversation.at === 'closed') return;
    if (!isBinary) {
      if (mode === 'plain') return refuse('malformed-message', 'text where media was to come');
      if (data.byteLength > LIMITS.textBytes) return refuse('malformed-message', 'a message too long');
      return hear(data.toString());
    }
    if (data.byteLength > maxBytes) return refuse('frame-too-large', `${data.byteLength} bytes`);
    if (conversation.at === 'greeting') {
      if (mode === 'v1' || !redeemed.redeemed) return refuse('malformed-message', 'media before hello');
    }
    return media(data);
  });
  const pings = setInterval(() => {
    if (clock() - heardMs > LIMITS.idleMs && !webSocket.isPaused) return refuse('idle', 'no sign of life');
    if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
  }, LIMITS.pingMs);
  const helloTimer = setTimeout(() => refuse('hello-timeout', 'no hello'), LIMITS.helloMs);

  if (!redeemed.redeemed) {
    reservation.release();
    return refuse('key-refused', redeemed.because);
  }
  if (mode === 'plain') {
    open(sessions.open({ client, streamId: redeemed.streamId, media: undefined, reserve }));
  }
};

const parse = (text: string): ClientMessage | undefined => {
  try {
    return ClientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
