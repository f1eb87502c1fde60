import { SUBPROTOCOL } from '#wire';

/** One socket, as the feed needs it. After `closed` nothing more is heard. */
export type Socket = {
  readonly bufferedAmount: number;
  send: (message: string | Uint8Array<ArrayBuffer>) => void;
  close: (code: number) => void;
};

export type Ears = { opened(): void; said(text: string): void; closed(code: number): void };

export type OpenSocket = (url: string, ears: Ears) => Socket;

const ABNORMAL = 1006;

/** The browser's own socket. */
export const openWebSocket: OpenSocket = (url, ears) => {
  const socket = new WebSocket(url, SUBPROTOCOL);
  let deaf = false;
  socket.addEventListener('open', () => deaf || ears.opened());
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!deaf && typeof data === 'string') ears.said(data);
  });
  socket.addEventListener('close', ({ code }) => deaf || ears.closed(code || ABNORMAL));
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (message) => socket.send(message),
    close: (code) => {
      // Closing waits for the peer's own goodbye, which a half-open line never brings.
      deaf = true;
      socket.close(code);
    },
  };
};
