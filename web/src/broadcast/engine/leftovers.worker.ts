import type { UrlAnswer } from '#ingest-client/dial';
import { sendLeftover, type LeftoverEvent } from '#ingest-client/leftover';
import { findLeftovers, type Leftover } from '../ingest/open-feed-storage.ts';
import { openWebSocket } from '../ingest/web-socket.ts';
import { LIMITS } from '../limits.ts';
import type { FromLeftovers, ToLeftovers } from './leftover-messages.ts';

const post = (message: FromLeftovers) => self.postMessage(message);
const awaited = new Map<number, (answer: UrlAnswer) => void>();
let nextId = 0;

self.addEventListener('message', ({ data }: MessageEvent<ToLeftovers>) => {
  awaited.get(data.id)?.(data.answer);
  awaited.delete(data.id);
});

const getUrl = (streamId: string) => () =>
  new Promise<UrlAnswer>((resolve) => {
    const id = nextId++;
    awaited.set(id, resolve);
    post({ type: 'url-wanted', id, streamId });
  });

const send = ({ name, streamId, record, disk }: Leftover) =>
  new Promise<LeftoverEvent>((resolve) => {
    sendLeftover({
      record,
      disk,
      getUrl: getUrl(streamId),
      openSocket: openWebSocket,
      // As long as nobody says that the show is over, a network that is away is only away.
      limits: { ...LIMITS, firstAttempts: Infinity, firstMs: Infinity },
      clock: () => performance.now(),
      after: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      random: Math.random,
      on: (event) => {
        post({ type: 'leftover', name, streamId, event });
        if (event.type !== 'sending') resolve(event);
      },
    });
  });

const isAllSent = ({ record: { ring } }: Leftover) => ring.end <= ring.from;

/** Whoever may not send it just now may be able to again. */
const WAITS_FOR: ReadonlySet<string> = new Set(['not-allowed', 'signed-out']);

const run = async () => {
  for (const leftover of await findLeftovers()) {
    const event = isAllSent(leftover) ? undefined : await send(leftover);
    const waits = event?.type === 'not-sent' && WAITS_FOR.has(event.because);
    await leftover.release(waits ? 'waiting' : 'over');
  }
  post({ type: 'done' });
};

void run();
