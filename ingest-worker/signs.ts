import type { WebSocket } from 'ws';
import { LIMITS } from './limits.ts';

type Parts = {
  webSocket: WebSocket;
  /** Time in which this process has heard its clients. */
  clock: () => number;
  onNoHello: () => void;
  /** Nothing has been heard for `idleMs`, and it is not we who do not listen. */
  onSilent: () => void;
};

/** Waits for a socket's hello, and asks it for signs of life until it is stopped. */
export const watchSigns = ({ webSocket, clock, onNoHello, onSilent }: Parts) => {
  const openedMs = clock();
  let heardMs = openedMs;
  let helloTimer: NodeJS.Timeout | undefined;

  /** Again where the process has stood still meanwhile: that is not the client's fault. */
  const awaitHello = (): void => {
    const leftMs = openedMs + LIMITS.helloMs - clock();
    if (leftMs <= 0) return onNoHello();
    helloTimer = setTimeout(awaitHello, leftMs);
  };
  awaitHello();

  const pings = setInterval(() => {
    if (clock() - heardMs > LIMITS.idleMs && !webSocket.isPaused) return onSilent();
    if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
  }, LIMITS.pingMs);

  return {
    heard: (): void => {
      heardMs = clock();
    },
    /** A hello is awaited no more. */
    greeted: (): void => clearTimeout(helloTimer),
    stop: (): void => {
      clearTimeout(helloTimer);
      clearInterval(pings);
    },
  };
};
