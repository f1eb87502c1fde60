import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContainerReader } from '../media/container-reader.ts';
import type { ContainerEvent } from '../media/container.ts';
import { element, endless, id, init as matroskaInit, simpleBlock } from '../media/matroska.testing.ts';
import { fragment, init as mp4Init, sound, traf, trak } from '../media/mp4.testing.ts';
import { type ContainerStream, createContainerStream } from './container-stream.ts';

/** A cluster or fragment: by how much the clock of either track has jumped since the one before, and how it is written. */
type Part = { jumpMs: { video: number; audio: number }; isKnown: boolean; steps: number };

const STEP_MS = 40;
const HOUR_MS = 3_600_000;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;

/** In as few bytes as it takes, as recorders write it. */
const stamp = (ms: number): Buffer => {
  const value = Buffer.alloc(6);
  value.writeUIntBE(ms, 0, 6);
  const content = value.subarray(
    Math.min(
      5,
      Math.max(
        0,
        value.findIndex((byte) => byte !== 0),
      ),
    ),
  );
  return Buffer.concat([id(TIMESTAMP), Buffer.from([0x80 | content.byteLength]), content]);
};

/** The raw times of both tracks at each part, never before 0; in a cluster they lie no further apart than a block can say. */
const clocks = (parts: readonly Part[], mostApartMs: number) => {
  const at = { video: 0, audio: 0 };
  return parts.map((part) => {
    at.video = Math.max(0, at.video + part.jumpMs.video);
    at.audio = Math.min(at.video + mostApartMs, Math.max(0, at.video - mostApartMs, at.audio + part.jumpMs.audio));
    const begins = { ...at };
    at.video += part.steps * STEP_MS;
    at.audio += part.steps * STEP_MS;
    return { ...part, begins };
  });
};

const toMatroska = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    matroskaInit(),
    ...clocks(parts, 20_000).map(({ begins, isKnown, steps }) => {
      const blocks = Array.from({ length: steps }, (_, step) => [
        simpleBlock({ key: step === 0, at: step * STEP_MS }),
        simpleBlock({ of: 'audio', at: begins.audio - begins.video + step * STEP_MS }),
      ]);
      return (isKnown ? element : endless)(CLUSTER, stamp(begins.video), ...blocks.flat());
    }),
  ]);

const toMp4 = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    mp4Init(trak(), trak({ id: 2, handler: 'soun', entry: sound() })),
    ...clocks(parts, Infinity).map(({ begins, steps }) =>
      fragment(
        traf({ at: begins.video, flags: Array<number>(steps).fill(0) }),
        traf({ id: 2, at: begins.audio, flags: Array<number>(steps).fill(0) }),
      ),
    ),
  ]);

/** What an encoder would be fed: init, then all that the ring gives. */
const readOut = ({ ring, init }: ContainerStream): Buffer => {
  const bytes = init?.bytes ?? Buffer.alloc(0);
  const pieces = [bytes];
  for (let at = bytes.byteLength; ;) {
    const next = ring.read(at);
    if (!next || 'gapTo' in next) return Buffer.concat(pieces);
    pieces.push(Buffer.from(next.bytes));
    at = next.next;
  }
};

const take = (stream: ContainerStream, bytes: Buffer, pieceBytes: number, from = 0): void => {
  for (let at = from; at < bytes.byteLength; at += pieceBytes) {
    // A copy: a ring writes into what it is given.
    const taken = stream.take(at, Buffer.from(bytes.subarray(at, at + pieceBytes)));
    expect(taken).toEqual({ taken: true });
  }
};

const samples = (events: readonly ContainerEvent[]) => events.filter((event) => event.type === 'samples');

const jump = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -4_000, max: 4_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -5 * HOUR_MS, max: 5 * HOUR_MS }) },
);
const parts: fc.Arbitrary<Part[]> = fc.array(
  fc.record({
    jumpMs: fc.oneof(
      jump.map((ms) => ({ video: ms, audio: ms })),
      fc.record({ video: jump, audio: jump }),
    ),
    isKnown: fc.boolean(),
    steps: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const RUNS = 300;

describe('[E15] what an encoder is fed of a recording whose clock jumps', () => {
  it.each([
    ['Matroska', toMatroska],
    ['MP4', toMp4],
  ])('%s: has one clock without jumps, wherever the bytes are cut', (_, write) => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 300 }), (made, pieceBytes) => {
        const stream = createContainerStream();
        take(stream, write(made), pieceBytes);
        const events = createContainerReader().push(readOut(stream));
        expect(events.filter(({ type }) => type === 'rewrite' || type === 'refused')).toEqual([]);
        const newest = { video: 0, audio: 0 };
        const wrong = samples(events).find(({ kind, firstMs, lastMs }) => {
          const isWrong = firstMs > Math.max(newest.video, newest.audio) + 2_000 || firstMs < newest[kind] - 1_000;
          newest[kind] = Math.max(newest[kind], lastMs);
          return isWrong;
        });
        expect(wrong).toBeUndefined();
        // All of it: as many samples as were recorded.
        const counted = samples(events).reduce((sum, { count }) => sum + count, 0);
        expect(counted).toBe(2 * made.reduce((sum, { steps }) => sum + steps, 0));
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['Matroska', toMatroska],
    ['MP4', toMp4],
  ])('%s: is the same at a worker that goes on in the middle of it', (_, write) => {
    fc.assert(
      fc.property(parts, fc.double({ min: 0, max: 0.999, noNaN: true }), (made, part) => {
        const bytes = write(made);
        const events = createContainerReader().push(bytes);
        const boundaries = events.flatMap((event) => (event.type === 'boundary' ? [event] : []));
        const boundary = boundaries[Math.floor(boundaries.length * part)];
        if (!boundary) return;
        const after = (event: ContainerEvent): boolean => 'offset' in event && event.offset >= boundary.offset;
        const next = createContainerReader(boundary.clock);
        next.push(bytes.subarray(0, events.find((event) => event.type === 'init')?.bytes));
        next.jump(boundary.offset);
        const again = next.push(bytes.subarray(boundary.offset));
        expect(samples(again)).toEqual(samples(events.filter(after)));
      }),
      { numRuns: RUNS },
    );
  });
});
