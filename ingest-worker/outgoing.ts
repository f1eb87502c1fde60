import type { WebSocket } from 'ws';
import { CLOSE, type CloseReason, type ServerMessage, SUBPROTOCOL } from '#wire';
import type { Client } from './session/client.ts';

/** A close frame's reason: 123 bytes at most. */
const REASON_CHARACTERS = 120;
/** A client that does not answer a close within this is cut off. */
const CLOSE_GRACE_MS = 2_000;
/** A client that does not read what it is told for so long that this much waits is cut off. */
const UNREAD_BYTES = 256 * 1024;

/** What goes out by one socket. Whoever does not read, or does not answer a close, is cut off. */
export const createOutgoing = (webSocket: WebSocket) => {
  const mode: Client['mode'] = webSocket.protocol === SUBPROTOCOL ? 'v1' : 'plain';

  /** Whether it can be written to now. */
  const takes = (): boolean => {
    if (webSocket.readyState !== webSocket.OPEN) return false;
    if (webSocket.bufferedAmount <= UNREAD_BYTES) return true;
    webSocket.terminate();
    return false;
  };

  return {
    mode,
    say: (message: ServerMessage): void => {
      if (mode === 'v1' && takes()) webSocket.send(JSON.stringify(message));
    },
    pong: (data: Buffer): void => {
      if (takes()) webSocket.pong(data);
    },
    close: (reason: CloseReason, detail?: string): void => {
      const text = detail && reason !== 'finished' ? `${reason}: ${detail}` : reason;
      webSocket.resume();
      webSocket.close(CLOSE[reason].code, text.slice(0, REASON_CHARACTERS));
      setTimeout(() => webSocket.terminate(), CLOSE_GRACE_MS).unref();
    },
  };
};
