import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReader, playRuns, READERS } from '../infra/checks/shows/fuzzed.ts';
import { ClientMessage, decodeFrame, encodeFrame, HEADER_BYTES } from '#wire';
import { createContainerReader } from './media/container-reader.ts';
import type { ContainerEvent } from './media/container.ts';
import { createContainerStream } from './session/container-stream.ts';
import { type FixtureName, fixture } from './worker.testing.ts';

/** `FUZZ_RUNS=100000 npx vitest run --project ingest-worker fuzz` for a long run. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
const TIMEOUT = 30_000 + RUNS * 20;
/** No input of this size may keep a reader busy for longer. */
const BUSY_MS = 1_000;

const HEAD_BYTES = 60_000;
const NAMES: FixtureName[] = ['vp8-opus.webm', 'h264-opus.mkv', 'h264-aac.mkv', 'h264-aac.mp4', 'h264-opus.mp4'];
const SEEDS = NAMES.map((name) => fixture(name).bytes.subarray(0, HEAD_BYTES));

type Mutation = {
  how: 'flip' | 'set' | 'insert' | 'delete' | 'repeat' | 'splice';
  at: number;
  length: number;
  value: number;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  how: fc.constantFrom('flip', 'set', 'insert', 'delete', 'repeat', 'splice'),
  // Most of what a reader looks at lies near the beginning.
  at: fc.oneof(fc.nat(600), fc.nat(HEAD_BYTES)),
  length: fc.oneof(fc.nat(8), fc.nat(5_000)),
  value: fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255)),
});

const mutate = (bytes: Buffer, { how, at, length, value }: Mutation, other: Buffer): Buffer => {
  const place = at % (bytes.byteLength || 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  const some = Math.min(length, 16);
  switch (how) {
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (copy.byteLength > 0) copy[place] = (copy[place] ?? 0) ^ (1 << (value % 8));
      return copy;
    }
    case 'set':
      return Buffer.concat([before, Buffer.alloc(Math.min(some, after.byteLength), value), after.subarray(some)]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(length, value), after]);
    case 'delete':
      return Buffer.concat([before, after.subarray(length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    default:
      return Buffer.concat([before, other.subarray(place, place + length), after]);
  }
};

const input = fc
  .record({
    seed: fc.nat(SEEDS.length - 1),
    other: fc.nat(SEEDS.length - 1),
    mutations: fc.array(mutation, { maxLength: 6 }),
    upTo: fc.option(fc.nat(HEAD_BYTES), { freq: 4 }),
  })
  .map(({ seed, other, mutations, upTo }) => {
    const whole = mutations.reduce(
      (bytes, one) => mutate(bytes, one, SEEDS[other] ?? Buffer.alloc(0)),
      SEEDS[seed] ?? Buffer.alloc(0),
    );
    return upTo === null ? whole : whole.subarray(0, upTo);
  });

const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20_000 })), {
  minLength: 1,
  maxLength: 40,
});

/** Pieces as long as `lengths` say, again and again. */
const cut = (bytes: Buffer, lengths: number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.byteLength; index++) {
    // A long input in tiny pieces shows nothing more than its beginning does.
    const length = index < 400 ? (lengths[index % lengths.length] ?? 1) : 10_000;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
};

const timed = <T>(work: () => T): T => {
  const before = performance.now();
  const result = work();
  expect(performance.now() - before).toBeLessThan(BUSY_MS);
  return result;
};

describe('[E10] [L10] readers', () => {
  it('never throw, never hang, and say the same wherever the bytes are cut', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(input, cuts, (bytes, lengths) => {
        const whole = timed(() => createContainerReader().push(bytes));
        const reader = createContainerReader();
        const inPieces = timed(() => cut(bytes, lengths).flatMap((piece) => reader.push(piece)));
        expect(inPieces).toEqual(whole);
        expectSane(whole, bytes.byteLength);
      }),
      { numRuns: RUNS },
    );
  });

  it('stay sane after jumps', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(input, cuts, fc.array(fc.nat(2 * HEAD_BYTES), { maxLength: 4 }), (bytes, lengths, jumps) => {
        const containerStream = createContainerStream();
        const pieces = cut(bytes, lengths);
        timed(() => {
          for (const [index, piece] of pieces.entries()) {
            const taken = containerStream.take(containerStream.next, piece);
            if (!taken.taken) return;
            const jump = jumps[index % 20];
            if (jump !== undefined) containerStream.skip(jump);
          }
        });
        expect(containerStream.ring.heldBytes).toBeLessThanOrEqual(bytes.byteLength);
        expect(containerStream.ring.end).toBe(containerStream.next);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Init first and once, boundaries forwards, nothing beyond the end. */
const expectSane = (events: ContainerEvent[], bytes: number): void => {
  const kinds = events.map(({ type }) => type);
  expect(kinds.lastIndexOf('init')).toBeLessThanOrEqual(0);
  const end = kinds.indexOf('refused');
  expect(end === -1 || end === kinds.length - 1).toBe(true);
  let last = -1;
  for (const event of events) {
    if (event.type !== 'boundary') continue;
    expect(event.offset).toBeGreaterThan(last);
    expect(event.offset).toBeLessThan(bytes);
    last = event.offset;
  }
};

describe('[W6] [W12] the wire', () => {
  it('a frame is what it was, and anything else is none or harmless', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(
        fc.record({
          init: fc.boolean(),
          epoch: fc.nat(0xffffffff),
          offset: fc.maxSafeNat(),
          payload: fc.uint8Array({ maxLength: 50 }),
        }),
        (frame) => {
          const decoded = decodeFrame(encodeFrame(frame));
          expect({ ...decoded, payload: [...(decoded?.payload ?? [])] }).toEqual({
            ...frame,
            payload: [...frame.payload],
          });
        },
      ),
      { numRuns: RUNS },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const decoded = decodeFrame(bytes);
        if (decoded) expect(decoded.payload.byteLength).toBe(bytes.byteLength - HEADER_BYTES);
      }),
      { numRuns: RUNS },
    );
  });

  it('any JSON is a message or none', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.object({ key: fc.constantFrom('type', 'at', 'to', 'media', 'version') })),
        (value) => {
          const parsed = ClientMessage.safeParse(value);
          if (parsed.success) expect(['hello', 'resume', 'skip', 'stop']).toContain(parsed.data.type);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('[E10] [L10] [W12] [P13] what browsers and servers really send, disturbed (npm run fuzz)', () => {
  it.each(Object.keys(READERS))('does no harm to %s', async (name) => {
    if (!isReader(name)) throw new Error(name);
    const fuzzed = await READERS[name]();
    const { faults, slowest } = await playRuns(fuzzed, { seed: 1, from: 0, count: 250 });
    await fuzzed.close?.();
    expect(faults).toEqual([]);
    expect(slowest.ms).toBeLessThan(BUSY_MS);
  });
});
