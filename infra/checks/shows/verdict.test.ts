import { describe, expect, it } from 'vitest';
import type { Recorded, RecordedFrame } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import type { Reference } from './reference.ts';
import { measure } from './verdict.ts';

/** Pictures at these times; what is in each is told by its place. */
const makeReference = (times: readonly number[]): Reference => ({
  frames: times.map((atMs, index) => ({ kind: 'video', key: index === 0, atMs, crc: index })),
  pipeline: 'copy',
  pictures: new Set(times),
});

const makeSession = (frames: readonly [dtsMs: number, crc: number][]): Recorded => ({
  streamKey: 'key',
  openedAtMs: 0,
  frames: frames.map(([dtsMs, crc]): RecordedFrame => ({
    kind: 'video',
    key: false,
    dtsMs,
    ptsMs: dtsMs,
    bytes: 1,
    crc,
    atMs: dtsMs,
  })),
  headers: [],
  firstKey: undefined,
  metadata: 0,
  said: [],
  acknowledgedBytes: 0,
  end: undefined,
});

const judge = (times: readonly number[], ...sessions: (readonly [number, number][])[]) => {
  const measured = measure({ reference: makeReference(times), sessions: sessions.map(makeSession), restarted: false });
  const { missing, doubled, reordered, repeated, foreign, altered } = measured;
  const counts = { missing, doubled, reordered, repeated, foreign };
  return { ...Object.fromEntries(Object.entries(counts).map(([name, { video }]) => [name, video])), altered };
};

const NOTHING = { missing: 0, doubled: 0, reordered: 0, repeated: 0, foreign: 0, altered: 0 };

describe('the judge of the faults', () => {
  it.each([
    [
      'all that was recorded',
      [100, 133],
      [
        [100, 0],
        [133, 1],
      ],
      {},
    ],
    ['one picture less', [100, 133], [[100, 0]], { missing: 1 }],
    [
      'one twice',
      [100, 133],
      [
        [100, 0],
        [100, 0],
        [133, 1],
      ],
      { doubled: 1 },
    ],
    [
      'one that was never recorded',
      [100, 133],
      [
        [100, 0],
        [120, 9],
        [133, 1],
      ],
      { foreign: 1 },
    ],
    [
      'one that was changed',
      [100, 133],
      [
        [100, 0],
        [133, 9],
      ],
      { altered: 1 },
    ],
    [
      'one out of order',
      [100, 133],
      [
        [133, 1],
        [100, 0],
      ],
      { reordered: 1 },
    ],
    [
      'two of one millisecond',
      [100, 133, 133],
      [
        [100, 0],
        [133, 1],
        [133, 2],
      ],
      {},
    ],
    [
      'the first of two of one millisecond',
      [100, 133, 133],
      [
        [100, 0],
        [133, 1],
      ],
      { missing: 1 },
    ],
    [
      'the second of two of one millisecond',
      [100, 133, 133],
      [
        [100, 0],
        [133, 2],
      ],
      { missing: 1, altered: 1 },
    ],
  ] as const)('sees %s', (_, times, frames, found) => {
    expect(
      judge(
        times,
        frames.map(([at, crc]) => [at, crc]),
      ),
    ).toEqual({ ...NOTHING, ...found });
  });

  it('takes what comes again in a later session for that', () => {
    expect(
      judge(
        [100, 133, 166],
        [
          [100, 0],
          [133, 1],
        ],
        [
          [133, 1],
          [166, 2],
        ],
      ),
    ).toEqual({ ...NOTHING, repeated: 1 });
  });
});
