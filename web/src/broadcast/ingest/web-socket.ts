import type { OpenSocket } from '#ingest-client/socket';
import { SUBPROTOCOL } from '#wire';

const ABNORMAL = 1006;

/** The browser's own socket. */
export const openWebSocket: OpenSocket = (url, listener) => {
  const socket = new WebSocket(url, SUBPROTOCOL);
  let closedByUs = false;
  socket.addEventListener('open', () => closedByUs || listener.opened());
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!closedByUs && typeof data === 'string') listener.message(data);
  });
  socket.addEventListener('close', ({ code }) => closedByUs || listener.closed(code || ABNORMAL));
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (message) => socket.send(message),
    close: (code) => {
      // Closing waits for the peer's own goodbye, which a half-open connection never brings.
      closedByUs = true;
      socket.close(code);
    },
  };
};
