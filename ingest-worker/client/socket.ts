/** One socket, as the feed needs it. After `closed` nothing more is heard. */
export type Socket = {
  readonly bufferedAmount: number;
  send: (message: string | Uint8Array<ArrayBuffer>) => void;
  close: (code: number) => void;
};

/** What is told of a socket. */
export type SocketListener = { opened(): void; message(text: string): void; closed(code: number): void };

/** Opens a socket with the ingest subprotocol: the browser's own, or `ws` in Node. */
export type OpenSocket = (url: string, listener: SocketListener) => Socket;
