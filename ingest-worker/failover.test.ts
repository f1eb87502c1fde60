import { afterEach, describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { streamNumber } from './session/store.testing.ts';
import { fixture, greet, openSocket, resume, startTestWorker, type TestWorker } from './worker.testing.ts';

const CREATORS = 300;
const TOGETHER = 30;
const BACK_WITHIN_MS = 15_000;
const TIMEOUT = 120_000;
const { bytes, media } = fixture('h264-aac.mkv');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const start = async (...options: Parameters<typeof startTestWorker>): Promise<TestWorker> => {
  const made = await startTestWorker(...options);
  closing.push(() => made.close());
  return made;
};

/** As CloudFront and the balancer hand a creator's handshake on: everybody comes from the same few edges. */
const through = (creator: number) => ({
  headers: { 'x-forwarded-for': `198.51.${Math.floor(creator / 250)}.${creator % 250}, 203.0.113.${creator % 3}` },
});

/** Does something for every creator, as many at once as a browser's jitter would leave. */
const forEachCreator = async <T>(each: (creator: number) => Promise<T>): Promise<T[]> => {
  const done: T[] = [];
  for (let from = 0; from < CREATORS; from += TOGETHER)
    done.push(...(await Promise.all(Array.from({ length: TOGETHER }, (_, i) => each(from + i)))));
  return done;
};

describe('[L7] [L6] the creators of a worker that is dead', () => {
  it(
    `are let in by two others, all ${CREATORS} of them within ${BACK_WITHIN_MS / 1_000} s`,
    { timeout: TIMEOUT },
    async () => {
      const limits = { trustedHops: 1, handshakesPerMinute: LIMITS.handshakesPerMinute };
      const dead = await start(limits);
      const shows = await forEachCreator(async (creator) => {
        const key = dead.memory.issue({ streamId: streamNumber(creator + 1) });
        const socket = openSocket(dead.url(key, '?rung=webcodecs'), through(creator));
        return { creator, welcome: await greet(socket, media), socket };
      });
      const others = [
        await start({ ...limits, memory: dead.memory, sink: dead.sink }),
        await start({ ...limits, memory: dead.memory, sink: dead.sink }),
      ];
      for (const { socket } of shows) socket.socket.terminate();

      const diedMs = performance.now();
      const back = await forEachCreator(async (creator) => {
        const show = shows[creator];
        const worker = others[creator % others.length];
        if (!show || !worker) throw new Error('unreachable');
        const key = dead.memory.issue({ streamId: streamNumber(creator + 1) });
        const socket = openSocket(worker.url(key, '?rung=webcodecs'), through(creator));
        return resume(socket, { media, welcome: show.welcome, bytes });
      });
      expect(back).toHaveLength(CREATORS);
      expect(performance.now() - diedMs).toBeLessThan(BACK_WITHIN_MS);
    },
  );
});
