import type { WebSocket } from 'ws';
import { ClientMessage, type CloseReason, decodeFrame, HEADER_BYTES } from '#wire';
import type { StreamId } from '#domain/ids';
import type { Reservation } from './admission.ts';
import { createAllowance } from './allowance.ts';
import { LIMITS } from './limits.ts';
import type { Log } from './log.ts';
import { createInbox, type Incoming } from './inbox.ts';
import { createOutgoing } from './outgoing.ts';
import type { Client } from './session/client.ts';
import { declaredPipeline, unitsAtLeast } from './session/declared-pipeline.ts';
import type { RunningSession } from './session/run-session.ts';
import type { Opened, Sessions } from './session/sessions.ts';
import { watchSigns } from './signs.ts';
import type { Turns } from './turns.ts';

type Parts = {
  webSocket: WebSocket;
  redeemed: { redeemed: true; streamId: StreamId; signedInAt: number } | { redeemed: false; because: string };
  reservation: Reservation;
  sessions: Pick<Sessions, 'open' | 'resume'>;
  turns: Turns;
  log: Log;
  /** Time in which this process has heard its clients. */
  clock: () => number;
};

type Conversation =
  | { at: 'greeting' }
  | { at: 'opening' }
  | { at: 'feeding'; session: RunningSession }
  | { at: 'closed' };

/** One socket from its upgrade on: greets, opens or resumes a feed, and hands the session what comes (SPEC §W). */
export const converse = ({ webSocket, redeemed, reservation, sessions, turns, log, clock }: Parts): void => {
  let conversation: Conversation = { at: 'greeting' };
  /** What has come and waits for its turn. */
  const inbox = createInbox();
  /** The session wants no more for now. */
  let isHeld = false;
  /** It has gone, and what it sent before is still to be looked at. */
  let isGone = false;
  const control = createAllowance({ most: LIMITS.controlMessages, everyMs: LIMITS.controlEveryMs, clock });
  const outgoing = createOutgoing(webSocket);
  const { mode } = outgoing;

  const reserve = (units: number): boolean => reservation.change(units);

  const close = (reason: CloseReason, detail?: string): void => {
    if (conversation.at === 'closed') return;
    // A session's own socket is let go by the session, one that has none by us.
    if (conversation.at === 'greeting') reservation.release();
    conversation = { at: 'closed' };
    inbox.clear();
    signs.greeted();
    outgoing.close(reason, detail);
  };

  const client: Client = {
    mode,
    close,
    say: outgoing.say,
    hold: (held) => {
      isHeld = held;
      readOn();
    },
  };

  /** Reads on, or not, while what has come waits for its turn, for a session, or for room. */
  const readOn = (): void => {
    if (conversation.at === 'closed') return;
    const isBehind = conversation.at === 'opening' ? inbox.bytes > LIMITS.frameBytes : inbox.length > 0;
    const paused = isHeld || isBehind;
    if (webSocket.isPaused === paused) return;
    if (paused) webSocket.pause();
    else webSocket.resume();
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
    conversation = { at: 'feeding', session };
    turns.take(work);
    readOn();
  };

  const open = (opening: Promise<Opened>): void => {
    signs.greeted();
    conversation = { at: 'opening' };
    opening.then(opened, (cause: unknown) => {
      log.error('feed not opened', { cause: cause instanceof Error ? cause.message : String(cause) });
      reservation.release();
      close('internal-error');
    });
  };

  /** A piece of what has come; true while more is left. */
  const work = (): boolean => {
    const { first } = inbox;
    if (conversation.at !== 'feeding') return false;
    if (first) {
      const isDone = first.isMedia ? media(conversation.session, first) : hear(first.bytes.toString());
      if (isDone) inbox.done(first);
    }
    readOn();
    if (inbox.length === 0 && isGone) left();
    return inbox.length > 0;
  };

  /** The next piece of a media message; true where that was the last. */
  const media = (session: RunningSession, message: Incoming): boolean => {
    const became = takePiece(session, client, message);
    if (became === 'malformed') refuse('malformed-message', 'not a media frame');
    return became !== 'more';
  };

  /** A text, which is done with at once. */
  const hear = (text: string): true => {
    const message = parse(text);
    if (message) answer(message);
    else refuse('malformed-message', 'not a message of this protocol');
    return true;
  };

  const answer = (message: ClientMessage): void => {
    if (
      conversation.at === 'greeting' &&
      redeemed.redeemed &&
      (message.type === 'hello' || message.type === 'resume')
    ) {
      if (!reserve(unitsAtLeast(declaredPipeline(message.media), message.media)))
        return refuse('overloaded', 'no room for this kind of media');
      const { streamId, signedInAt } = redeemed;
      const opening = { client, streamId, signedInAt, media: message.media, reserve };
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

  /** Nothing shows that anybody is there. A line that is dead is no end of its show: the feed waits for another socket (SPEC S8). */
  const giveUpSilent = (): void => {
    if (conversation.at !== 'feeding' || mode === 'plain') return refuse('idle', 'no sign of life');
    const { session } = conversation;
    close('idle', 'no sign of life');
    session.left(client);
  };

  const left = (): void => {
    const before = conversation;
    conversation = { at: 'closed' };
    if (before.at === 'greeting') reservation.release();
    if (before.at === 'feeding') before.session.left(client);
  };

  /** Whether it may say one more thing that is no media. */
  const mayControl = (): boolean => {
    if (conversation.at === 'closed') return false;
    if (control.take()) return true;
    refuse('too-fast', 'more messages than it may send');
    return false;
  };

  const signs = watchSigns({
    webSocket,
    clock,
    onNoHello: () => refuse('hello-timeout', 'no hello'),
    onSilent: giveUpSilent,
  });
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => {
    signs.stop();
    isGone = true;
    if (conversation.at !== 'feeding' || inbox.length === 0) left();
  });
  webSocket.on('ping', (data: Buffer) => {
    if (mayControl()) outgoing.pong(data);
  });
  webSocket.on('pong', () => {
    if (mayControl()) signs.heard();
  });
  webSocket.on('message', (data: Buffer, isBinary) => {
    signs.heard();
    if (conversation.at === 'closed' || (!isBinary && !mayControl())) return;
    const fault = isBinary ? faultOfMedia(mode, data, conversation.at) : faultOfText(mode, data);
    if (fault) return refuse(...fault);
    if (!isBinary && conversation.at !== 'feeding') return void hear(data.toString());
    inbox.push({ isMedia: isBinary, bytes: data, at: 0 });
    turns.take(work);
    readOn();
  });

  if (!redeemed.redeemed) {
    reservation.release();
    return refuse('key-refused', redeemed.because);
  }
  if (mode === 'plain') {
    const { streamId, signedInAt } = redeemed;
    open(sessions.open({ client, streamId, signedInAt, media: undefined, reserve }));
  }
};

type Fault = [CloseReason, detail: string];

/** Why a text is not taken, before anybody reads it. */
const faultOfText = (mode: Client['mode'], { byteLength }: Buffer): Fault | undefined => {
  if (mode === 'plain') return ['malformed-message', 'text where media was to come'];
  return byteLength > LIMITS.textBytes ? ['malformed-message', 'a message too long'] : undefined;
};

/** Why a message of media is not taken, before anybody reads it. */
const faultOfMedia = (mode: Client['mode'], { byteLength }: Buffer, at: Conversation['at']): Fault | undefined => {
  if (byteLength > LIMITS.frameBytes + (mode === 'v1' ? HEADER_BYTES : 0))
    return ['frame-too-large', `${byteLength} bytes`];
  return at === 'greeting' ? ['malformed-message', 'media before hello'] : undefined;
};

/** The next piece of a media message to its session. */
const takePiece = (session: RunningSession, client: Client, message: Incoming): 'more' | 'done' | 'malformed' => {
  const from = message.at;
  message.at += LIMITS.pieceBytes;
  if (client.mode === 'plain') {
    session.chunk(client, message.bytes.subarray(from, message.at));
    return message.at >= message.bytes.byteLength ? 'done' : 'more';
  }
  const frame = decodeFrame(message.bytes);
  if (!frame) return 'malformed';
  const payload = frame.payload.subarray(from, message.at);
  const isTaken = session.frame(client, { ...frame, offset: frame.offset + from, payload });
  return !isTaken || message.at >= frame.payload.byteLength ? 'done' : 'more';
};

const parse = (text: string): ClientMessage | undefined => {
  try {
    return ClientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
