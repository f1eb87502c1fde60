import { UPLINK_TRIAL_PATH } from '#wire';

const MESSAGE_BYTES = 64 * 1024;
const TRIAL_BYTES = 24 * MESSAGE_BYTES;
/** So much may be on its way at once, so that a slow line has little of it left when the time is up. */
const ON_THE_WAY_BYTES = 6 * MESSAGE_BYTES;
const TRIAL_MS = 2_500;
const CONNECT_MS = 2_000;

/**
 * What the network carries upwards, in kb/s, by sending to an ingest worker what it throws away, for `TRIAL_MS` at most;
 * nothing where that could not be found out, which is no reason against a picture.
 */
export const tryUplink = (): Promise<number | undefined> =>
  new Promise((resolve) => {
    const address = new URL(UPLINK_TRIAL_PATH, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    let sent = 0;
    /** The first word of the other side: what came before it is the connection's beginning. */
    let first: { bytes: number; atMs: number } | undefined;
    let last: { bytes: number; atMs: number } | undefined;
    const settle = () => {
      clearTimeout(timer);
      socket.close();
      const tookMs = first && last ? last.atMs - first.atMs : 0;
      resolve(first && last && tookMs > 0 ? ((last.bytes - first.bytes) * 8) / tookMs : undefined);
    };
    let timer = setTimeout(settle, CONNECT_MS);
    const send = (received: number) => {
      while (sent < TRIAL_BYTES && sent - received < ON_THE_WAY_BYTES) {
        socket.send(new Uint8Array(MESSAGE_BYTES));
        sent += MESSAGE_BYTES;
      }
    };
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      timer = setTimeout(settle, TRIAL_MS);
      send(0);
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      last = { bytes: Number(data), atMs: performance.now() };
      first ??= last;
      if (last.bytes >= TRIAL_BYTES) settle();
      else send(last.bytes);
    });
    socket.addEventListener('error', settle);
    socket.addEventListener('close', settle);
  });
