import { CLOSE, ServerMessage, type ClientMessage } from '#wire';
import type { Welcome } from './connection.ts';
import type { SocketListener, OpenSocket, Socket } from './socket.ts';

/** Where to dial: asked for afresh on every attempt, because a stream key opens one socket and lives for a minute. */
export type UrlAnswer =
  | { given: true; url: string }
  | { given: false; because: 'unreachable' | 'ended' | 'not-allowed' | 'signed-out' };

/** A socket that the worker has welcomed, and how to go on hearing it. */
export type Dialled = {
  socket: Socket;
  welcome: Welcome;
  listen: (onMessage: (message: ServerMessage) => void, closed: (code: number) => void) => void;
};

/** One attempt at a connection. */
export type Dial = { cancel: () => void };

type Parts = {
  getUrl: () => Promise<UrlAnswer>;
  openSocket: OpenSocket;
  hello: () => ClientMessage;
  dialMs: number;
  after: (ms: number, then: () => void) => () => void;
  welcomed: (dialled: Dialled) => void;
  /** Without a code where no socket closed: there was no address, or no answer in time. */
  failed: (because: { code?: number; refusal?: 'ended' | 'not-allowed' | 'signed-out' }) => void;
};

const parseServerMessage = (text: string): ServerMessage | undefined => {
  try {
    return ServerMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Asks for an address, opens a socket there, and waits for the worker's welcome. */
export const startDial = ({ getUrl, openSocket, hello, dialMs, after, welcomed, failed }: Parts): Dial => {
  let over = false;
  let socket: Socket | undefined;
  let deliver: (message: ServerMessage) => void = () => {};
  let closed: (code: number) => void = () => {};

  const cancel = () => {
    if (over) return;
    over = true;
    forgetDeadline();
    socket?.close(CLOSE.finished.code);
  };
  const fail = (because: Parameters<Parts['failed']>[0]) => {
    if (over) return;
    cancel();
    failed(because);
  };
  const forgetDeadline = after(dialMs, () => fail({}));

  const hear = (from: Socket, message: ServerMessage) => {
    if (over) return deliver(message);
    if (message.type !== 'welcome') return undefined;
    over = true;
    forgetDeadline();
    return welcomed({
      socket: from,
      welcome: message,
      listen: (onMessage, onClosed) => {
        deliver = onMessage;
        closed = onClosed;
      },
    });
  };

  const listenerOf = (socketOf: () => Socket): SocketListener => ({
    opened: () => over || socketOf().send(JSON.stringify(hello())),
    message: (text) => {
      const message = parseServerMessage(text);
      if (message) hear(socketOf(), message);
    },
    closed: (code) => (over ? closed(code) : fail({ code })),
  });

  const run = async () => {
    const answer = await getUrl();
    if (over) return;
    if (!answer.given) return fail(answer.because === 'unreachable' ? {} : { refusal: answer.because });
    const opened: Socket = openSocket(
      answer.url,
      listenerOf(() => opened),
    );
    socket = opened;
  };
  // An address that cannot be asked for, or that no socket can be opened to, is one more that does not answer.
  run().catch(() => fail({}));
  return { cancel };
};
