import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { measureHeld } from '../held.testing.ts';
import { headSound } from '../media/flv-body.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import { HEAD_BYTES } from '../media/samples.ts';
import { createReplayBuffer, type ReplayBuffer } from './replay-buffer.ts';
import type { Publisher } from './publisher.ts';

type Fake = Publisher & { sent: FlvTag[]; room: number };

/** A connection of fields: takes as many tags as it has room for. */
const connection = (room = Infinity): Fake => {
  const fake: Fake = {
    sent: [],
    room,
    connect: async () => ({ connected: true }),
    send: (tag) => {
      fake.sent.push(tag);
      return fake.sent.length < fake.room;
    },
    close: async () => ({ flushed: true }),
    abandon: () => undefined,
    stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged', late: false }),
  };
  return fake;
};

const setUp = (kind: FlvTag['kind'], content = 'a'): FlvTag => ({
  kind,
  timestampMs: 0,
  key: false,
  header: true,
  body: Buffer.from(content),
});
const picture = (timestampMs: number, key = false, bytes = 10): FlvTag => ({
  kind: 'video',
  timestampMs,
  key,
  header: false,
  body: Buffer.alloc(bytes),
});
const sound = (timestampMs: number): FlvTag => ({ ...picture(timestampMs), kind: 'audio' });

const SET_UP = [setUp('script'), setUp('video'), setUp('audio')];
/** Two GOPs: 100, 133 · 200, 233; with sound at each picture. */
const GOPS = [100, 133, 200, 233].flatMap((ms) => [picture(ms, ms % 100 === 0), sound(ms)]);

const takeAll = (replayBuffer: ReplayBuffer, ...tags: FlvTag[]): void => {
  for (const tag of tags) replayBuffer.take(tag);
};
const names = (tags: FlvTag[]): string[] =>
  tags.map(({ kind, header, timestampMs, key }) => `${kind[0]}${header ? 'H' : ''}${timestampMs}${key ? 'K' : ''}`);

describe('sending', () => {
  it('sends set-up first, whether it came before the connection or after', () => {
    const [before, after] = [createReplayBuffer(), createReplayBuffer()];
    const [one, other] = [connection(), connection()];
    takeAll(before, ...SET_UP, ...GOPS);
    before.attach(one);
    after.attach(other);
    takeAll(after, ...SET_UP, ...GOPS);
    expect(names(one.sent)).toEqual(names(other.sent));
    expect(names(other.sent).slice(0, 4)).toEqual(['sH100', 'vH100', 'aH100', 'v100K']);
  });

  it('stops where the connection is full, and goes on when it is told', () => {
    const replayBuffer = createReplayBuffer();
    const to = connection(5);
    replayBuffer.attach(to);
    takeAll(replayBuffer, ...SET_UP, ...GOPS);
    expect(to.sent).toHaveLength(5);
    expect(replayBuffer.empty).toBe(false);
    to.room = Infinity;
    replayBuffer.flush();
    expect(to.sent).toHaveLength(11);
    expect(replayBuffer.empty).toBe(true);
  });

  it('[E3] drops what an encoder makes again, by track, and set-up that is the same', () => {
    const replayBuffer = createReplayBuffer();
    const to = connection();
    replayBuffer.attach(to);
    takeAll(replayBuffer, ...SET_UP, picture(100, true), sound(100), picture(133));
    replayBuffer.encoderStarted();
    takeAll(replayBuffer, ...SET_UP, picture(100, true), sound(100), picture(133), sound(133), picture(166));
    expect(names(to.sent).slice(3)).toEqual(['v100K', 'a100', 'v133', 'a133', 'v166']);
    takeAll(replayBuffer, setUp('video', 'another'), picture(200, true));
    expect(to.sent.at(-2)?.body.toString()).toBe('another');
  });
});

describe('[E3] two pictures in one millisecond', () => {
  const [first, second, third] = [1, 2, 3].map((bytes) => picture(133, false, bytes));
  const sizes = (tags: FlvTag[]): number[] => tags.map(({ body }) => body.byteLength);

  it('are two pictures', () => {
    const replayBuffer = createReplayBuffer();
    const to = connection();
    replayBuffer.attach(to);
    takeAll(replayBuffer, picture(100, true), ...[first, second].flatMap((tag) => tag ?? []), picture(166));
    expect(sizes(to.sent)).toEqual([10, 1, 2, 10]);
    expect(replayBuffer.encoded.videoMs).toBe(66);
  });

  it.each([1, 2, 3])('are made again where an encoder has died after %d of them, and sent once', (made) => {
    const replayBuffer = createReplayBuffer();
    const to = connection();
    replayBuffer.attach(to);
    const all = [first, second, third].flatMap((tag) => tag ?? []);
    takeAll(replayBuffer, picture(100, true), ...all.slice(0, made));
    replayBuffer.encoderStarted();
    takeAll(replayBuffer, picture(100, true), ...all, picture(166));
    expect(sizes(to.sent)).toEqual([10, 1, 2, 3, 10]);
    replayBuffer.encoderStarted();
    takeAll(replayBuffer, picture(166), picture(166, false, 7));
    expect(sizes(to.sent)).toEqual([10, 1, 2, 3, 10, 7]);
  });
});

describe('arriving', () => {
  it('[W8] is told by tags, set-up among them', () => {
    const replayBuffer = createReplayBuffer();
    replayBuffer.attach(connection());
    takeAll(replayBuffer, ...SET_UP, ...GOPS);
    replayBuffer.acknowledge(3);
    expect(replayBuffer.acknowledged).toEqual({ videoMs: undefined, audioMs: undefined });
    replayBuffer.acknowledge(6);
    expect(replayBuffer.acknowledged).toEqual({ videoMs: 33, audioMs: 0 });
    expect(replayBuffer.encoded).toEqual({ videoMs: 133, audioMs: 133 });
  });

  it('more than was sent is no news', () => {
    const replayBuffer = createReplayBuffer();
    replayBuffer.attach(connection());
    takeAll(replayBuffer, ...SET_UP, ...GOPS);
    replayBuffer.acknowledge(1_000);
    expect(replayBuffer.acknowledged).toEqual({ videoMs: 133, audioMs: 133 });
  });
});

describe('[S11] another connection', () => {
  const first = (acknowledged: number): ReplayBuffer => {
    const replayBuffer = createReplayBuffer();
    replayBuffer.attach(connection());
    takeAll(replayBuffer, ...SET_UP, ...GOPS);
    replayBuffer.acknowledge(acknowledged);
    replayBuffer.detach();
    return replayBuffer;
  };

  it('begins with set-up and the GOP of which not all has arrived', () => {
    for (const [acknowledged, from] of [
      [0, 'v100K'],
      [6, 'v100K'],
      [7, 'v200K'],
      [10, 'v200K'],
    ] as const) {
      const to = connection();
      first(acknowledged).attach(to);
      expect(
        names(to.sent)
          .slice(0, 4)
          .map((name) => name.replace(/H\d+/, 'H')),
        `${acknowledged}`,
      ).toEqual(['sH', 'vH', 'aH', from]);
    }
  });

  it('counts its own tags from its own beginning', () => {
    const replayBuffer = first(7);
    replayBuffer.attach(connection());
    replayBuffer.acknowledge(3);
    expect(replayBuffer.acknowledged).toEqual({ videoMs: 33, audioMs: 33 });
    replayBuffer.acknowledge(5);
    expect(replayBuffer.acknowledged).toEqual({ videoMs: 100, audioMs: 100 });
  });

  it('[L18] is sent tagsATurn in a turn, and the rest of many after all else has had its turn, each once and in order', async () => {
    const replayBuffer = createReplayBuffer();
    const all = Array.from({ length: 2.5 * LIMITS.tagsATurn }, (_, at) => picture(at, at === 0, 1));
    takeAll(replayBuffer, ...all);
    const [lost, next] = [connection(), connection()];
    replayBuffer.attach(lost);
    expect(lost.sent).toHaveLength(LIMITS.tagsATurn);
    replayBuffer.detach();
    await setImmediate();
    expect(lost.sent).toHaveLength(LIMITS.tagsATurn);
    replayBuffer.attach(next);
    const newer = picture(all.length, false, 1);
    replayBuffer.take(newer);
    expect(next.sent).toHaveLength(LIMITS.tagsATurn);
    while (!replayBuffer.empty) await setImmediate();
    expect(names(next.sent)).toEqual(names([...all, newer]));
  });

  it('keeps what comes while there is none', () => {
    const replayBuffer = first(0);
    takeAll(replayBuffer, picture(300, true), picture(333));
    const to = connection();
    replayBuffer.attach(to);
    expect(names(to.sent).slice(-2)).toEqual(['v300K', 'v333']);
  });

  it('sends the set-up that held where it begins, and later ones in their place', () => {
    const replayBuffer = createReplayBuffer();
    replayBuffer.attach(connection());
    takeAll(replayBuffer, ...SET_UP, picture(100, true), setUp('video', 'larger'), picture(200, true));
    replayBuffer.detach();
    const to = connection();
    replayBuffer.attach(to);
    const bodies = to.sent.filter(({ kind, header }) => kind === 'video' && header).map(({ body }) => body.toString());
    expect(bodies).toEqual(['a', 'larger']);
  });
});

describe('[L5] bounds', () => {
  it('is full beyond tagBytes that have not arrived', () => {
    const replayBuffer = createReplayBuffer();
    takeAll(replayBuffer, picture(100, true, LIMITS.tagBytes - LIMITS.tagCostBytes));
    expect(replayBuffer.full).toBe(false);
    takeAll(replayBuffer, picture(133, false, 1));
    expect(replayBuffer.full).toBe(true);
  });

  it('is full of tags of a byte each before they take more memory than it counts', () => {
    const replayBuffer = createReplayBuffer();
    const sample = () => headSound(Buffer.allocUnsafe(HEAD_BYTES.audio + 1));
    const held = measureHeld(() => {
      for (let timestampMs = 0; !replayBuffer.full && timestampMs < LIMITS.tagBytes / 100; timestampMs++)
        replayBuffer.take({ kind: 'audio', timestampMs, key: false, header: false, body: sample() });
    });
    expect(replayBuffer.full).toBe(true);
    expect(held).toBeLessThan(1.1 * LIMITS.tagBytes);
  });

  it('holds six minutes of an ordinary show of 250 kb/s, in 77 tags a second', () => {
    const replayBuffer = createReplayBuffer();
    const bytes = Math.floor(250_000 / 8 / 77);
    for (let index = 0; index < 6 * 60 * 77; index++) replayBuffer.take(picture(index * 13, index % 154 === 0, bytes));
    expect(replayBuffer.full).toBe(false);
  });

  it('is not full of few bytes, whatever time they take', () => {
    const replayBuffer = createReplayBuffer();
    replayBuffer.attach(connection());
    takeAll(replayBuffer, ...SET_UP, picture(100, true), picture(100 + 12 * 60 * 60 * 1_000));
    expect(replayBuffer.full).toBe(false);
  });

  it('[E11] lets go of the beginning of a GOP that is longer, once it has arrived', () => {
    const replayBuffer = createReplayBuffer();
    replayBuffer.attach(connection());
    takeAll(replayBuffer, ...SET_UP, picture(100, true, LIMITS.tagBytes), picture(133, false, 1));
    replayBuffer.acknowledge(4);
    expect(replayBuffer.full).toBe(false);
    takeAll(replayBuffer, picture(166), picture(200, true));
    const to = connection();
    replayBuffer.attach(to);
    expect(names(to.sent)).toEqual(['sH200', 'vH200', 'aH200', 'v200K']);
  });
});
