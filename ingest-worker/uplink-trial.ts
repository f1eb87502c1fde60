import type { WebSocket } from 'ws';
import { LIMITS } from './limits.ts';

/**
 * Takes what a page sends to learn what its network carries, says after each message how much has come, and keeps none of it
 * (SPEC W20, L21).
 */
export const takeUplinkTrial = (webSocket: WebSocket): void => {
  let bytes = 0;
  const timer = setTimeout(() => webSocket.terminate(), LIMITS.trialMs);
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('close', () => clearTimeout(timer));
  // A page has nothing else to say, and what has no rate is not heard.
  webSocket.on('ping', () => webSocket.terminate());
  webSocket.on('pong', () => webSocket.terminate());
  webSocket.on('message', (message: Buffer) => {
    bytes += message.byteLength;
    if (bytes > LIMITS.trialBytes || message.byteLength < LIMITS.trialMessageBytes) return webSocket.terminate();
    webSocket.send(String(bytes));
  });
};
