import type { OpenSocket } from '#ingest-client/socket';
import { SUBPROTOCOL } from '#wire';

const ABNORMAL = 1006;

/** The browser's own socket. */
export const openWebSocket: OpenSocket = (url, listener) => {
  const socket = new WebSocket(url, SUBPROTOCOL);
  let over = false;
  const closed = (code: number) => {
    if (over) return;
    over = true;
    listener.closed(code);
  };
  socket.addEventListener('open', () => over || listener.opened());
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!over && typeof data === 'string') listener.message(data);
  });
  socket.addEventListener('close', ({ code }) => closed(code || ABNORMAL));
  // Of a socket that a policy forbids Chromium tells no close, though the standard has one.
  socket.addEventListener('error', () => socket.readyState === WebSocket.CLOSED && closed(ABNORMAL));
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (message) => socket.send(message),
    close: (code) => {
      // Closing waits for the peer's own goodbye, which a half-open connection never brings.
      over = true;
      socket.close(code);
    },
  };
};
