import { LIMITS } from './limits.ts';
import { createFifo } from './media/fifo.ts';

/** A message that waits for its turn; media is done with piece by piece, up to byte `at`. */
export type Incoming = { isMedia: boolean; bytes: Buffer; at: number };

/** What a message takes while it waits: tiny ones are held, too. */
const costOf = ({ bytes }: Incoming): number => Math.max(bytes.byteLength, LIMITS.messageCostBytes);

/** What has come by one socket and is not done with, in its order. */
export const createInbox = () => {
  const waiting = createFifo<Incoming>();
  let bytes = 0;
  return {
    get first() {
      return waiting.first;
    },
    get length() {
      return waiting.length;
    },
    /** What all that waits takes. */
    get bytes() {
      return bytes;
    },
    push: (message: Incoming): void => {
      waiting.push(message);
      bytes += costOf(message);
    },
    /** The first is done with. It may be there no more: what it said may have closed the socket, and with it this. */
    done: (message: Incoming): void => {
      if (waiting.first !== message) return;
      waiting.shift();
      bytes -= costOf(message);
    },
    clear: (): void => {
      waiting.clear();
      bytes = 0;
    },
  };
};
