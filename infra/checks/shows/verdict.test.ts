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

  it('takes what a jump of the clock has moved a little for what it was', () => {
    const reference = makeReference([100, 133, 166]);
    const measured = (frames: [number, number][], jumps: number) =>
      measure({ reference, sessions: [makeSession(frames)], restarted: false, jumps });
    const moved: [number, number][] = [
      [100, 0],
      [140, 1],
      [173, 2],
    ];
    expect(measured(moved, 1)).toMatchObject({ missing: { video: 0 }, foreign: { video: 0 } });
    expect(measured(moved, 0)).toMatchObject({ missing: { video: 2 }, foreign: { video: 2 } });
    expect(measured(moved.slice(0, 2), 1)).toMatchObject({ missing: { video: 1 } });
    expect(measured([moved[0]!, [1_133, 1], [1_166, 2]], 1)).toMatchObject({ missing: { video: 2 } });
    expect(measured([...moved, moved[2]!], 1)).toMatchObject({ missing: { video: 0 }, foreign: { video: 1 } });
  });

  it('knows the last picture again where a camera gave none', () => {
    const reference: Reference = { ...makeReference([100, 5_000]), pipeline: 'transcode' };
    const measured = (bodies: readonly number[], hasStills = true) => {
      const session = makeSession([
        [100, 0],
        ...bodies.map((crc, index): [number, number] => [3_100 + index * 500, crc]),
        [5_000, 1],
      ]);
      const frames = session.frames.map((frame) => ({ ...frame, key: true }));
      return measure({ reference, sessions: [{ ...session, frames }], restarted: false, hasStills });
    };
    expect(measured([7, 8, 7])).toMatchObject({ stills: 3, foreign: { video: 0 }, missing: { video: 0 } });
    expect(measured([7, 8, 9])).toMatchObject({ stills: 0, foreign: { video: 3 } });
    expect(measured([7, 8, 7], false)).toMatchObject({ stills: 0, foreign: { video: 3 } });
  });
});
