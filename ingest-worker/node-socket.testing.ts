import { WebSocket } from 'ws';
import type { OpenSocket } from '#ingest-client/socket';
import { SUBPROTOCOL } from '#wire';

/** The client's socket in Node, by `ws`; a browser has its own. */
export const openNodeSocket: OpenSocket = (url, listener) => {
  const socket = new WebSocket(url, [SUBPROTOCOL], { perMessageDeflate: false });
  let closedByUs = false;
  // What went wrong is told by the close that follows.
  socket.on('error', () => undefined);
  socket.on('open', () => closedByUs || listener.opened());
  socket.on('message', (data: Buffer, isBinary) => closedByUs || isBinary || listener.message(data.toString()));
  socket.on('close', (code) => closedByUs || listener.closed(code));
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (message) => socket.send(message),
    close: (code) => {
      closedByUs = true;
      socket.close(code);
    },
  };
};
