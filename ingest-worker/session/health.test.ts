import { describe, expect, it } from 'vitest';
import { cluster, init, simpleBlock } from '../media/matroska.testing.ts';
import { createHealthMeter } from './health.ts';
import { createContainerStream } from './container-stream.ts';
import { createReplayBuffer } from './replay-buffer.ts';
import { begin, step } from './session.ts';

const measuring = () => {
  let nowMs = 0;
  let receivedBytes = 0;
  const containerStream = createContainerStream();
  const replayBuffer = createReplayBuffer();
  const meter = createHealthMeter({ containerStream, replayBuffer, clock: () => nowMs });
  const [beginning] = begin({ nowMs, freeMs: 0 });
  const [connected] = step(beginning, { type: 'upstream-connected', nowMs });
  const [session] = step(connected, { type: 'media-began', nowMs });
  const feed = (bytes: Buffer): void => {
    containerStream.take(containerStream.next, bytes);
    receivedBytes += bytes.byteLength;
  };
  feed(init());
  return {
    feed,
    /** One second of 30 pictures, all published at once. */
    second: (index: number, { published = true } = {}): void => {
      feed(
        cluster(index * 1_000, ...Array.from({ length: 30 }, (_, at) => simpleBlock({ key: at === 0, at: at * 33 }))),
      );
      const out = published ? 30 : 0;
      for (let at = 0; at < out; at++)
        replayBuffer.take({
          kind: 'video',
          timestampMs: index * 1_000 + at * 33 + 100,
          key: at === 0,
          header: false,
          body: Buffer.alloc(9),
        });
    },
    measure: (afterMs = 1_000, held = false, changes = 0) => {
      nowMs += afterMs;
      return meter.measure({ session, restarts: 1, dropped: 2, held, receivedBytes, changes });
    },
    session,
    beginning,
    meter,
  };
};

describe('[W11] health', () => {
  it('measures from one look to the next', () => {
    const { second, measure } = measuring();
    second(0);
    measure();
    second(1);
    second(2);
    const health = measure(2_000);
    expect(health).toMatchObject({ state: 'live', fpsIn: 30, delayMs: 0, restarts: 1, dropped: 2 });
    expect(health.kbpsIn).toBeGreaterThan(0);
  });

  it('tells how far what is published lags, and calls the way out slow', () => {
    const { second, measure } = measuring();
    second(0);
    second(1, { published: false });
    second(2, { published: false });
    expect(measure()).toMatchObject({ delayMs: 2_000, warning: 'upstream-slow' });
    expect(measure(1_000, true)).toMatchObject({ warning: 'upstream-slow' });
  });

  it('[E12] tells for a while that the picture has changed', () => {
    const { measure } = measuring();
    expect(measure(1, false, 1).warning).toBe('size-changed');
    expect(measure(1, true, 1).warning).toBe('upstream-slow');
    expect(measure(9_998, false, 1).warning).toBe('size-changed');
    expect(measure(1, false, 1).warning).toBeUndefined();
  });

  it('calls the way in slow when media comes later than it did', () => {
    const { feed, measure } = measuring();
    const still = (ms: number) => feed(cluster(ms, simpleBlock({ key: true })));
    still(0);
    expect(measure().warning).toBeUndefined();
    still(1_000);
    expect(measure(4_000).warning).toBeUndefined();
    expect(measure(1).warning).toBe('uplink-too-slow');
    still(5_000);
    expect(measure(1_000).warning).toBeUndefined();
  });
});
