import { describe, expect, it } from 'vitest';
import { cluster, init, simpleBlock } from '../media/matroska.testing.ts';
import type { Acknowledging } from './upstream-connection.ts';
import { createHealthMeter } from './health.ts';
import { createContainerStream } from './container-stream.ts';
import type { Publisher } from './publisher.ts';
import { createReplayBuffer } from './replay-buffer.ts';
import { begin, step } from './session.ts';

const measuring = () => {
  let nowMs = 0;
  let receivedBytes = 0;
  const containerStream = createContainerStream();
  const replayBuffer = createReplayBuffer();
  replayBuffer.attach({ send: () => true } as unknown as Publisher);
  const meter = createHealthMeter({ containerStream, replayBuffer, clock: () => nowMs });
  const [beginning] = begin({ nowMs, freeMs: 0 });
  const [connected] = step(beginning, { type: 'upstream-connected', nowMs });
  const [session] = step(connected, { type: 'media-began', nowMs });
  const feed = (bytes: Buffer): void => {
    containerStream.take(containerStream.next, bytes);
    receivedBytes += bytes.byteLength;
  };
  const publish = (ms: number): void =>
    replayBuffer.take({
      kind: 'video',
      timestampMs: ms + 100,
      key: ms % 1_000 === 0,
      header: false,
      body: Buffer.alloc(9),
    });
  feed(init());
  return {
    feed,
    publish,
    /** One second of 30 pictures, all published at once. */
    second: (index: number, { published = true } = {}): void => {
      feed(
        cluster(index * 1_000, ...Array.from({ length: 30 }, (_, at) => simpleBlock({ key: at === 0, at: at * 33 }))),
      );
      const out = published ? 30 : 0;
      for (let at = 0; at < out; at++) publish(index * 1_000 + at * 33);
    },
    measure: (afterMs = 1_000, held = false, changes = 0, acknowledging: Acknowledging = { late: false }) => {
      nowMs += afterMs;
      return meter.measure({ session, restarts: 1, dropped: 2, held, acknowledging, receivedBytes, changes });
    },
    session,
    beginning,
    meter,
  };
};

describe('[W11] health', () => {
  it('says so where much more is unacknowledged than a server with a rhythm leaves open, and not for one burst', () => {
    const { second, measure } = measuring();
    const look = (rhythmMs?: number) => measure(1_000, false, 0, { late: false, rhythmMs });
    for (let index = 0; index < 7; index++) second(index);
    expect(look(1_000).warning).toBeUndefined();
    second(7);
    expect(look(1_000).warning).toBe('upstream-slow');
    second(8);
    expect(look(9_000).warning).toBeUndefined();
    second(9);
    expect(look().warning).toBeUndefined();
  });

  it('says that the way out is slow where the server owes acknowledgements by its own rhythm', () => {
    const { second, measure } = measuring();
    second(0);
    expect(measure().warning).toBeUndefined();
    second(1);
    expect(measure(1_000, false, 0, { late: true }).warning).toBe('upstream-slow');
    second(2);
    expect(measure().warning).toBeUndefined();
  });

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
    expect(measure()).toMatchObject({ delayMs: 2_000, unacknowledgedMs: 2_957 });
    expect(measure().warning).toBeUndefined();
    for (let at = 3; at < 7; at++) second(at, { published: false });
    expect(measure()).toMatchObject({ delayMs: 6_000, warning: 'upstream-slow' });
    expect(measure(1_000, true)).toMatchObject({ warning: 'upstream-slow' });
  });

  it('[E12] tells for a while that the picture has changed', () => {
    const { measure } = measuring();
    expect(measure(1, false, 1).warning).toBe('size-changed');
    expect(measure(1, true, 1).warning).toBe('upstream-slow');
    expect(measure(9_998, false, 1).warning).toBe('size-changed');
    expect(measure(1, false, 1).warning).toBeUndefined();
  });

  it('calls the way in slow while media comes more slowly than it is made, and not for a late beginning', () => {
    const { feed, publish, measure } = measuring();
    let mediaMs = 0;
    const second = (rate: number) => {
      mediaMs += 1_000 * rate;
      feed(cluster(mediaMs, simpleBlock({ key: true })));
      publish(mediaMs);
      return measure().warning;
    };
    const seconds = (count: number, rate: number) => Array.from({ length: count }, () => second(rate));
    second(20);
    expect(new Set(seconds(40, 1))).toEqual(new Set([undefined]));
    expect(seconds(25, 0.5).at(-1)).toBe('uplink-too-slow');
    expect(seconds(4, 1).at(-1)).toBeUndefined();
  });

  it('does not call the way in slow while it lets the client wait', () => {
    const { feed, measure } = measuring();
    for (let at = 0; at < 40; at++) {
      feed(cluster(at * 100, simpleBlock({ key: true })));
      expect(measure(1_000, true)).toMatchObject({ held: true, warning: 'upstream-slow' });
    }
  });
});
