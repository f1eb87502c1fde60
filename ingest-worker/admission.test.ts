import { describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';
import { createHandshakes } from './handshakes.ts';
import { LIMITS, LOAD_UNITS, MORE_LOAD, UNITS_PER_CORE } from './limits.ts';
import type { MediaFacts } from './media/container.ts';
import { loadUnits, unitsAtLeast } from './session/declared-pipeline.ts';

const VP8: MediaFacts = { container: 'matroska', video: { codec: 'vp8', width: 1_280, height: 720 } };

describe('[L6] load units', () => {
  it('are taken up to the capacity', () => {
    const admission = createAdmission({ capacityUnits: 120, maxSessions: 9 });
    const first = admission.reserve(110);
    expect(admission.reserve(11)).toBeUndefined();
    expect(admission.reserve(10)).toBeDefined();
    expect(admission).toMatchObject({ units: 120, sessions: 2, open: false });
    first?.release();
    first?.release();
    expect(admission).toMatchObject({ units: 10, sessions: 1, open: true });
  });

  it('can be corrected, as far as there is room', () => {
    const admission = createAdmission({ capacityUnits: 120, maxSessions: 9 });
    const [first, second] = [admission.reserve(1), admission.reserve(110)];
    expect(first?.change(11)).toBe(false);
    expect(first?.change(10)).toBe(true);
    expect(second?.change(7)).toBe(true);
    expect(admission.units).toBe(17);
    second?.release();
    expect(second?.change(1)).toBe(false);
    expect(admission.units).toBe(10);
  });

  it('hold memory as well: as many shows as there is room for, however few units they are', () => {
    const { workerBytes, sessionBytes, unitBytes, memoryShare } = LIMITS;
    const memoryBytes = (workerBytes + 3 * (sessionBytes + unitBytes)) / memoryShare + 1;
    const admission = createAdmission({ capacityUnits: 1_000, memoryBytes, maxSessions: 99 });
    const [first] = [admission.reserve(1), admission.reserve(1)];
    expect(admission.open).toBe(true);
    expect(admission.reserve(1)).toBeDefined();
    expect(admission).toMatchObject({ sessions: 3, open: false });
    expect(admission.fullness).toBeCloseTo(1);
    expect(admission.reserve(1)).toBeUndefined();
    // What it turns out to be costs more memory than there is.
    expect(first?.change(110)).toBe(false);
    expect(admission.reserve(0)).toBeDefined();
  });

  it('tell how full the worker is by whatever is most', () => {
    const admission = createAdmission({ capacityUnits: 200, maxSessions: 4 });
    expect(admission.fullness).toBe(0);
    admission.reserve(20);
    expect(admission.fullness).toBe(0.25);
    admission.reserve(110);
    expect(admission.fullness).toBe(0.65);
  });

  it('of a task of 1 vCPU and 4 GB are bound by its thread where shows are copied, by its core where they are encoded', () => {
    const fill = (units: number, cores: number): number => {
      const maxSessions = Math.floor(Math.min(1, cores) * UNITS_PER_CORE);
      const capacityUnits = Math.floor(cores * UNITS_PER_CORE);
      const admission = createAdmission({ capacityUnits, memoryBytes: cores * 4 * 1024 ** 3, maxSessions });
      while (admission.reserve(units)) expect(admission.fullness).toBeLessThanOrEqual(1);
      return admission.sessions;
    };
    const { copy, 'copy-video': copyVideo, transcode } = LOAD_UNITS;
    expect([fill(copy, 1), fill(copyVideo, 1), fill(transcode, 1)]).toEqual([64, 16, 1]);
    // More cores encode more, and copy no more: the thread is one.
    expect([fill(copy, 4), fill(copyVideo, 4), fill(transcode, 4)]).toEqual([64, 64, 6]);
  });

  it('are more where more bytes are copied, and where a transcode decodes a larger picture or a faster one', () => {
    const { fromKbps, unitKbps } = MORE_LOAD;
    const copied = [fromKbps, fromKbps + 1, fromKbps + unitKbps, fromKbps + unitKbps + 1];
    expect(copied.map((videoKbps) => unitsAtLeast('copy', { videoKbps }))).toEqual([1, 2, 2, 3]);
    expect(unitsAtLeast('copy-video', { videoKbps: 3_800 })).toBe(LOAD_UNITS['copy-video'] + 1);
    // It encodes at a bitrate of ours, whatever comes.
    expect(unitsAtLeast('transcode', { videoKbps: 6_000 })).toBe(LOAD_UNITS.transcode);
    // A plain client announces nothing.
    expect(unitsAtLeast('copy', undefined)).toBe(LOAD_UNITS.copy);

    const vp8 = (width: number, height: number, frameRate: number) =>
      loadUnits({ ...VP8, video: { ...VP8.video, width, height } }, { videoKbps: 6_000, frameRate });
    expect([vp8(1_920, 1_080, 30), vp8(3_840, 2_160, 30), vp8(1_920, 1_080, 60)]).toEqual([37, 101, 67]);
  });

  it('a session alone is let in whatever it weighs', () => {
    const admission = createAdmission({ capacityUnits: 50, maxSessions: 9 });
    const alone = admission.reserve(110);
    expect(alone).toBeDefined();
    expect(admission.reserve(1)).toBeUndefined();
  });

  it('what takes the place of something that is here has room, and becomes what it replaces', () => {
    const admission = createAdmission({ capacityUnits: 110, maxSessions: 1 });
    admission.reserve(110);
    const again = admission.reserve(0);
    expect(again?.change(110)).toBe(true);
    expect(admission.reserve(1)).toBeUndefined();
  });

  it('sessions are no more than maxSessions', () => {
    const admission = createAdmission({ capacityUnits: 1_000, maxSessions: 2 });
    expect([1, 1, 1].map((units) => admission.reserve(units) !== undefined)).toEqual([true, true, false]);
  });
});

describe('[L7] handshakes', () => {
  const counting = (perMinute: number) => {
    let nowMs = 0;
    const { allow } = createHandshakes({ perMinute, clock: () => nowMs });
    return { allow, pass: (ms: number) => void (nowMs += ms) };
  };

  it('an address has so many a minute, another its own', () => {
    const { allow } = counting(2);
    expect(['a', 'a', 'a', 'b'].map(allow)).toEqual([true, true, false, true]);
  });

  it('and as many in the next', () => {
    const { allow, pass } = counting(1);
    allow('a');
    pass(59_999);
    expect(allow('a')).toBe(false);
    pass(1);
    expect(allow('a')).toBe(true);
  });

  it('remembers no more than so many addresses', () => {
    const { allow } = counting(1);
    for (let i = 0; i < 20_000; i++) allow(`${i}`);
    expect(allow('0')).toBe(true);
    expect(allow('19999')).toBe(false);
  });
});
