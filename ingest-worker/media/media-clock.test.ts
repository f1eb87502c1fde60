import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockState, createMediaClock } from './media-clock.ts';

type Kind = 'video' | 'audio';
type Sample = { kind: Kind; trueMs: number; rawMs: number };
/** After so long, by so much, in these tracks the recording's clock jumps. */
type Jump = { afterMs: number; byMs: number; of: 'both' | Kind };
type Show = { startMs: number; videoStepMs: number; audioStepMs: number; jumps: Jump[] };

const SPAN_MS = 3_000;

/** Pictures and sound as a recorder writes them, in the order of their true times, with the clock that it has at each. */
const record = ({ startMs, videoStepMs, audioStepMs, jumps }: Show): Sample[] => {
  const samples: Sample[] = [];
  const lastMs = jumps.reduce((sum, { afterMs }) => sum + afterMs, SPAN_MS);
  const clockAt = (kind: Kind, trueMs: number): number => {
    let [atMs, sum] = [0, startMs];
    for (const { afterMs, byMs, of } of jumps) {
      atMs += afterMs;
      if (trueMs >= atMs && (of === 'both' || of === kind)) sum += byMs;
    }
    return sum;
  };
  const steps: [Kind, number][] = [
    ['video', videoStepMs],
    ['audio', audioStepMs],
  ];
  for (const [kind, stepMs] of steps)
    for (let trueMs = 0; trueMs < lastMs; trueMs += stepMs)
      samples.push({ kind, trueMs, rawMs: trueMs + clockAt(kind, trueMs) });
  return samples.sort((one, other) => one.trueMs - other.trueMs);
};

type Mended = Sample & { ms: number };
const mend = (samples: readonly Sample[], from?: ClockState): Mended[] => {
  const clock = createMediaClock(from);
  return samples.map((sample) => ({ ...sample, ms: sample.rawMs + clock.shift(sample.kind, sample.rawMs) }));
};

/** How far sound and picture lie apart beyond what the recorder gave them, at the end of the show. */
const apartMs = (mended: readonly Mended[]): number => {
  const lag = (kind: Kind): number => {
    const last = mended.findLast((sample) => sample.kind === kind);
    return last ? last.ms - last.trueMs : 0;
  };
  return Math.abs(lag('video') - lag('audio'));
};

const DAY_MS = 24 * 60 * 60 * 1_000;
const byMs = fc.oneof(fc.integer({ min: -4_000, max: 4_000 }), fc.integer({ min: -DAY_MS, max: DAY_MS }));
const large = fc.oneof(fc.integer({ min: 2_300, max: DAY_MS }), fc.integer({ min: -DAY_MS, max: -1_300 }));
const show = (jump: { byMs: fc.Arbitrary<number>; of: fc.Arbitrary<Jump['of']> }): fc.Arbitrary<Show> =>
  fc.record({
    startMs: fc.oneof(fc.integer({ min: 0, max: 1_900 }), fc.integer({ min: 0, max: DAY_MS })),
    videoStepMs: fc.integer({ min: 8, max: 200 }),
    audioStepMs: fc.integer({ min: 10, max: 60 }),
    jumps: fc.array(fc.record({ afterMs: fc.integer({ min: SPAN_MS, max: 9_000 }), ...jump }), { maxLength: 8 }),
  });

const RUNS = 500;

describe('[E15] a recording’s clock', () => {
  it('has no gap of more than 2 s and no step back of more than 1 s, wherever and however it jumps', () => {
    fc.assert(
      fc.property(show({ byMs, of: fc.constantFrom('both', 'video', 'audio') }), (made) => {
        const own = { video: 0, audio: 0 };
        const wrong = mend(record(made)).find(({ kind, ms }) => {
          const isWrong = ms > Math.max(own.video, own.audio) + 2_000 || ms < own[kind] - 1_000;
          own[kind] = Math.max(own[kind], ms);
          return isWrong;
        });
        expect(wrong).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps sound and picture together exactly as they were recorded where both jump', () => {
    fc.assert(
      fc.property(show({ byMs, of: fc.constant('both') }), (made) => {
        expect(apartMs(mend(record(made)))).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps them together in fragments, in which all of one track comes before the other', () => {
    const show = fc.record({
      startMs: fc.integer({ min: 0, max: DAY_MS }),
      order: fc.constantFrom<[Kind, Kind]>(['video', 'audio'], ['audio', 'video']),
      fragmentMs: fc.integer({ min: 500, max: 8_000 }),
      jumps: fc.array(large, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(show, ({ startMs, order, fragmentMs, jumps }) => {
        const clock = createMediaClock();
        let newestMs = 0;
        let rawMs = startMs;
        for (const byMs of [0, ...jumps]) {
          const shifts = order.map((kind) => {
            const shiftMs = clock.shift(kind, rawMs);
            clock.reach(kind, rawMs + fragmentMs + shiftMs);
            return shiftMs;
          });
          expect(shifts[0]).toBe(shifts[1]);
          expect(rawMs + (shifts[0] ?? 0)).toBeLessThanOrEqual(newestMs + 2_000);
          newestMs = rawMs + fragmentMs + (shifts[0] ?? 0);
          rawMs += fragmentMs + 20 + byMs;
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps them within a picture and 100 ms for each jump of one of them alone', () => {
    fc.assert(
      fc.property(show({ byMs: large, of: fc.constantFrom('video', 'audio') }), (made) => {
        const { jumps, videoStepMs } = made;
        expect(apartMs(mend(record(made)))).toBeLessThanOrEqual(jumps.length * (100 + videoStepMs));
      }),
      { numRuns: RUNS },
    );
  });

  it('puts no fragment before the end of its own track where both have jumped, however unlike the ends of both are', () => {
    const shows = fc.record({
      order: fc.constantFrom<[Kind, Kind]>(['video', 'audio'], ['audio', 'video']),
      fragmentMs: fc.integer({ min: 500, max: 8_000 }),
      skewMs: fc.integer({ min: -60, max: 60 }),
      jumps: fc.array(large, { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(shows, ({ order, fragmentMs, skewMs, jumps }) => {
        const clock = createMediaClock();
        const ends = { video: 0, audio: 0 };
        let rawMs = DAY_MS;
        for (const byMs of [0, ...jumps.map((ms) => (ms > 0 ? ms + fragmentMs : ms - fragmentMs))]) {
          rawMs += byMs;
          for (const kind of order) {
            const shiftMs = clock.shift(kind, rawMs);
            expect(rawMs + shiftMs).toBeGreaterThanOrEqual(ends[kind]);
            ends[kind] = rawMs + shiftMs + fragmentMs + (kind === 'audio' ? skewMs : 0);
            clock.reach(kind, ends[kind]);
          }
          rawMs += fragmentMs + 80;
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps them so in fragments too, also in those of one track each', () => {
    const shows = fc.record({
      order: fc.constantFrom<[Kind, Kind]>(['video', 'audio'], ['audio', 'video']),
      fragmentMs: fc.integer({ min: 500, max: 8_000 }),
      jumps: fc.array(fc.record({ byMs: large, of: fc.constantFrom<Kind>('video', 'audio') }), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(shows, ({ order, fragmentMs, jumps }) => {
        const clock = createMediaClock();
        const raw = { video: DAY_MS, audio: DAY_MS };
        let wellMs = 0;
        for (const jump of [undefined, ...jumps]) {
          // What is less ahead of the other track's fragment may be a camera that was away.
          if (jump) raw[jump.of] += jump.byMs > 0 ? jump.byMs + fragmentMs : jump.byMs;
          const begins = order.map((kind) => {
            const shiftMs = clock.shift(kind, raw[kind]);
            clock.reach(kind, raw[kind] + fragmentMs + shiftMs);
            const beginMs = raw[kind] + shiftMs;
            raw[kind] += fragmentMs + 20;
            return beginMs;
          });
          if (jump) wellMs += 150;
          expect(Math.abs((begins[0] ?? 0) - (begins[1] ?? 0))).toBeLessThanOrEqual(wellMs);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('goes on anywhere from what another one knew there', () => {
    fc.assert(
      fc.property(
        show({ byMs, of: fc.constantFrom('both', 'video', 'audio') }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (made, part) => {
          const samples = record(made);
          const cut = Math.floor(samples.length * part);
          const clock = createMediaClock();
          for (const { kind, rawMs } of samples.slice(0, cut)) clock.shift(kind, rawMs);
          const times = (mended: readonly Mended[]): string => mended.map(({ ms }) => ms).join();
          expect(times(mend(samples.slice(cut), clock.state))).toBe(times(mend(samples).slice(cut)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['leaves one alone that begins within 2 s and goes on', [0, 40, 80, 1_000, 3_000], [0, 40, 80, 1_000, 3_000]],
    ['counts from the first picture where it begins later', [50_400_007, 50_400_047], [0, 40]],
    ['goes on one picture later after a jump', [0, 40, 65_080, 65_120], [0, 40, 80, 120]],
    ['goes on one picture later where it begins again', [5_000, 5_040, 0, 40], [0, 40, 80, 120]],
  ])('%s', (_, raw, expected) => {
    const clock = createMediaClock();
    expect(raw.map((ms) => ms + clock.shift('video', ms))).toEqual(expected);
  });

  it('lets a camera that was away come back where the sound is', () => {
    const clock = createMediaClock();
    clock.shift('video', 0);
    for (let ms = 0; ms <= 75_000; ms += 20) expect(clock.shift('audio', ms)).toBe(0);
    expect(clock.shift('video', 75_000)).toBe(0);
  });

  it('lets what its sender left out be missing', () => {
    const clock = createMediaClock();
    clock.shift('video', 0);
    clock.leap();
    expect(clock.shift('video', 60_000)).toBe(0);
    expect(clock.shift('audio', 60_010)).toBe(0);
  });
});
