import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { OUTPUT_OFFSET_MS } from '../media/ffmpeg-args.ts';
import type { FlvTag } from '../media/flv-tag.ts';
import { createRing } from '../media/ring.ts';
import { createDelivery } from '../publish/delivery.ts';
import { PUBLISH_LIMITS } from '../publish/publish-limits.ts';
import type { Publisher } from './publisher.ts';
import { createReplayBuffer } from './replay-buffer.ts';

/** One sample as a recorder gives it: so long after the one before, by the wall and by its own clock. */
type Sample = { kind: 'video' | 'audio'; key: boolean; bytes: number; wallMs: number; clockMs: number };
type Server = { habit: 'totals' | 'increments' | 'never'; early: boolean; stepBytes: number; bytesPerSecond: number };

const TICK_MS = 250;
/** Longer than every rule that waits for a sign from the server. */
const PATIENCE_MS = 60_000;
const MOST_BYTES = 3_000_000;
/** What is held is counted, and looked at by nobody: all samples are of the same bytes. */
const BYTES = Buffer.alloc(MOST_BYTES);

/** Nothing but a closed door: the connection of the fields that a replay buffer calls. */
const connectionOf = (send: Publisher['send']): Publisher => ({
  connect: async () => ({ connected: true }),
  send,
  close: async () => ({ flushed: true }),
  abandon: () => undefined,
  stats: () => ({ sentBytes: 0, queuedBytes: 0, acknowledgedBytes: 0, rule: 'acknowledged', late: false }),
});

/**
 * Ring, encoder that copies, replay buffer and a server that reads, as a session puts them together: the recorder waits while
 * the ring is full, the encoder while the replay buffer is. Answers how much was sent, and what was ever held.
 */
const play = (samples: readonly Sample[], server: Server) => {
  const ring = createRing();
  const replayBuffer = createReplayBuffer();
  const delivery = createDelivery(PUBLISH_LIMITS);
  const tags: FlvTag[] = [];
  const most = { ring: 0, replayBuffer: 0 };
  let [nowMs, clockMs, offset, encoded, sent] = [0, 0, 0, 0, 0];
  let [queuedBytes, readBytes, toldBytes, sentBytes] = [0, 0, 0, 0];
  delivery.look(0);
  replayBuffer.attach(
    connectionOf((tag) => {
      sent += 1;
      sentBytes += tag.body.byteLength;
      queuedBytes += tag.body.byteLength;
      delivery.wrote(tag.body.byteLength, true);
      return queuedBytes <= PUBLISH_LIMITS.queueHighBytes;
    }),
  );

  const encode = (): void => {
    for (let tag = tags[encoded]; tag && !replayBuffer.full; tag = tags[++encoded]) replayBuffer.take(tag);
  };

  const isFull = (): boolean => ring.heldBytes > LIMITS.ringBytes;
  /** Bytes alone have forced the oldest GOP out. */
  let hollowed = false;
  let unrestartable: string | undefined;

  /** An encoder that begins anew makes again all that follows what was encoded. */
  const lookForRestart = (): void => {
    const { encoded: reached } = replayBuffer;
    const point = ring.resumePoint(reached);
    const isLate = point !== undefined && point.videoMs > (reached.videoMs ?? point.videoMs);
    if (!hollowed && (point === undefined || isLate)) unrestartable ??= `nothing to begin with at ${nowMs} ms`;
  };

  /** The server reads for a tick, and acknowledges by its habit. */
  const tick = (): void => {
    nowMs += TICK_MS;
    const taken = Math.min(queuedBytes, (server.bytesPerSecond * TICK_MS) / 1_000);
    queuedBytes -= taken;
    delivery.flushed(taken);
    readBytes += taken;
    const since = readBytes - toldBytes;
    if (server.habit !== 'never' && since > 0 && (since >= server.stepBytes || (server.early && toldBytes === 0))) {
      delivery.acknowledged(Math.floor(server.habit === 'totals' ? readBytes : since) % 2 ** 32, nowMs);
      toldBytes = readBytes;
    }
    replayBuffer.acknowledge(delivery.look(nowMs).tags);
    if (queuedBytes < PUBLISH_LIMITS.queueLowBytes) replayBuffer.flush();
    encode();
    ring.commit(replayBuffer.acknowledged);
    if (offset > 0) lookForRestart();
    if (isFull() && replayBuffer.empty) {
      ring.hollow(replayBuffer.acknowledged);
      if (isFull()) ring.hollow(replayBuffer.encoded);
      hollowed = true;
    }
    most.ring = Math.max(most.ring, ring.heldBytes);
    most.replayBuffer = Math.max(most.replayBuffer, sentBytes - readBytes);
  };

  /** Lets time pass until it holds; false where nothing has moved for so long that nothing will. */
  const passUntil = (holds: () => boolean): boolean => {
    let movedMs = nowMs;
    let reached = -1;
    while (!holds()) {
      const now = readBytes + encoded + ring.start;
      if (now !== reached) movedMs = nowMs;
      reached = now;
      if (nowMs - movedMs > PATIENCE_MS) return false;
      tick();
    }
    return true;
  };

  for (const { kind, key, bytes, wallMs, clockMs: stepMs } of samples) {
    for (let waited = 0; waited < wallMs; waited += TICK_MS) tick();
    if (!passUntil(() => !isFull()))
      return { stuck: `the ring is full at ${tags.length} of ${samples.length}`, unrestartable, most };
    clockMs += stepMs;
    ring.append(BYTES.subarray(0, bytes));
    const isKey = kind === 'video' && key;
    if (isKey) ring.note({ type: 'boundary', offset, ptsMs: clockMs, clock: {} });
    ring.note({ type: 'samples', kind, count: 1, firstMs: clockMs, lastMs: clockMs, offset });
    tags.push({
      kind,
      key: isKey,
      header: false,
      timestampMs: clockMs + OUTPUT_OFFSET_MS,
      body: BYTES.subarray(0, bytes),
    });
    offset += bytes;
    encode();
  }
  if (!passUntil(() => sent === samples.length && queuedBytes === 0))
    return { stuck: `${sent} of ${samples.length} sent`, unrestartable, most };
  return { stuck: undefined, unrestartable, most };
};

const sample: fc.Arbitrary<Sample> = fc.record({
  kind: fc.constantFrom('video', 'audio'),
  key: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  bytes: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: MOST_BYTES }) },
  ),
  wallMs: fc.integer({ min: 0, max: 2_000 }),
  // gaps and jumps: of a muted camera, a sleeping laptop, a clock of another device
  clockMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 3_600_000 }) },
  ),
});
/** A stretch in which one track gives nothing, or both do, in samples of one size. */
const stretch: fc.Arbitrary<Sample[]> = fc
  .record({
    kinds: fc.constantFrom<Sample['kind'][]>(['video'], ['audio'], ['video', 'audio']),
    samples: fc.integer({ min: 1, max: 150 }),
    keyEvery: fc.integer({ min: 1, max: 300 }),
    bytes: fc.integer({ min: 100, max: 300_000 }),
    wallMs: fc.integer({ min: 0, max: 100 }),
    clockMs: fc.integer({ min: 1, max: 1_000 }),
  })
  .map(({ kinds, samples, keyEvery, ...each }) =>
    Array.from({ length: samples }, (_, index) => ({
      ...each,
      kind: kinds[index % kinds.length] ?? 'video',
      key: index % keyEvery === 0,
    })),
  );
const recorded: fc.Arbitrary<Sample[]> = fc.oneof(
  fc.array(sample, { minLength: 1, maxLength: 120 }),
  fc.array(stretch, { minLength: 1, maxLength: 4 }).map((stretches) => stretches.flat()),
);
const server: fc.Arbitrary<Server> = fc.record({
  habit: fc.constantFrom('totals', 'increments', 'never'),
  early: fc.boolean(),
  stepBytes: fc.integer({ min: 1_000, max: 20_000_000 }),
  bytesPerSecond: fc.integer({ min: 100_000, max: 20_000_000 }),
});
/** `HELD_MEDIA_RUNS=100000 npx vitest run --project ingest-worker-parts held-media` for a long run; `HELD_MEDIA_SEED` for the same one again. */
const RUNS = Number(process.env['HELD_MEDIA_RUNS'] ?? 300);
const SEED = process.env['HELD_MEDIA_SEED'];
const TIMEOUT = 60_000 + RUNS * 40;

describe('[E11] what is held', () => {
  it(
    'always moves while the server reads, whatever the clocks, GOPs, gaps and acknowledgements',
    { timeout: TIMEOUT },
    () => {
      fc.assert(
        fc.property(recorded, server, (samples, reads) => {
          const first = { ...samples[0], kind: 'video', key: true } as Sample;
          const { stuck, unrestartable, most } = play([first, ...samples.slice(1)], reads);
          expect(stuck).toBeUndefined();
          expect(unrestartable).toBeUndefined();
          expect(most.ring).toBeLessThanOrEqual(LIMITS.ringBytes + MOST_BYTES);
          expect(most.replayBuffer).toBeLessThanOrEqual(LIMITS.tagBytes + MOST_BYTES);
        }),
        { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
      );
    },
  );

  const steady = (seconds: number, of: (ms: number) => Partial<Sample>): Sample[] =>
    Array.from({ length: seconds * 10 }, (_, index) => ({
      kind: index % 2 === 0 ? 'video' : 'audio',
      key: index === 0,
      bytes: 3_000,
      wallMs: 100,
      clockMs: 100,
      ...of(index * 100),
    }));
  const NGINX: Server = { habit: 'totals', early: false, stepBytes: 133_000, bytesPerSecond: 5_000_000 };

  it.each([
    ['one key frame in 110 s', steady(110, () => ({}))],
    ['a laptop that slept for 75 s', steady(60, (ms) => (ms === 30_000 ? { clockMs: 75_000 } : {}))],
    ['no picture for 75 s', steady(120, (ms) => (ms > 10_000 && ms < 85_000 ? { kind: 'audio' } : {}))],
    ['no sound from 10 s on', steady(120, (ms) => (ms > 10_000 ? { kind: 'video' } : {}))],
    [
      'no picture from 10 s on, in large samples',
      steady(120, (ms) => (ms > 10_000 ? { kind: 'audio', bytes: 99_000 } : {})),
    ],
  ])('goes out whole: %s', (_, samples) => {
    expect(play(samples, NGINX).stuck).toBeUndefined();
  });

  it('goes out whole: a picture, long sound, and a server that waits for the rest of its step', () => {
    const samples = steady(25, (ms) => ({
      kind: ms > 0 && ms < 12_500 ? 'audio' : 'video',
      key: ms >= 12_500,
      bytes: ms < 12_500 ? 98_127 : 40_000,
      clockMs: 1,
    }));
    expect(play(samples, { ...NGINX, stepBytes: 8_142_045, bytesPerSecond: 4_317_588 }).stuck).toBeUndefined();
  });
});
