import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChunkReader } from './chunk-reader.ts';
import { createChunkWriter } from './chunk-writer.ts';
import { MESSAGE, setChunkSize, type RtmpMessage } from './rtmp-message.ts';

const LIMITS = { messageBytes: 64 * 1024, chunkStreams: 16 };

const makeMessage = (overrides: Partial<RtmpMessage> = {}): RtmpMessage => ({
  type: MESSAGE.video,
  streamId: 1,
  timestampMs: 0,
  body: Buffer.from('body'),
  ...overrides,
});

/** As much of a body as goes into one chunk before any Set Chunk Size. */
const FULL_CHUNK = 'aa'.repeat(128);

const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Reads hex, spaces between its parts, in one piece. */
const read = (hex: string, limits = LIMITS) => createChunkReader(limits).push(fromHex(hex));

const message = fc.record({
  type: fc.constantFrom(MESSAGE.video, MESSAGE.audio, MESSAGE.commandAmf0, MESSAGE.dataAmf0, MESSAGE.userControl),
  streamId: fc.nat({ max: 0xffffffff }),
  timestampMs: fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(0xfffffe, 0xffffff, 0x1000000, 0xffffffff)),
  body: fc
    .oneof(fc.uint8Array({ maxLength: 600 }), fc.uint8Array({ minLength: 127, maxLength: 129 }))
    .map((bytes) => Buffer.from(bytes)),
});

describe('chunks', () => {
  it('[P13] come back as the messages they were made of, whatever the chunk size and however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 900 }),
        (messages, chunkBytes, pieceBytes) => {
          const writer = createChunkWriter();
          const parts = [writer.write(setChunkSize(chunkBytes))];
          writer.setChunkSize(chunkBytes);
          parts.push(...messages.map((one) => writer.write(one)));
          const bytes = Buffer.concat(parts);
          const reader = createChunkReader(LIMITS);
          const heard: RtmpMessage[] = [];
          for (let at = 0; at < bytes.length; at += pieceBytes) {
            const { messages: some, fault } = reader.push(bytes.subarray(at, at + pieceBytes));
            expect(fault).toBeUndefined();
            heard.push(...some);
          }
          expect(heard).toEqual(messages);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('[P13] repeat an extended timestamp in every continuation', () => {
    const bytes = createChunkWriter().write(makeMessage({ timestampMs: 0x01000000, body: Buffer.alloc(130, 0xee) }));
    expect(bytes.subarray(0, 16).toString('hex')).toBe('06ffffff000082090100000001000000');
    expect(bytes.subarray(16 + 128, 16 + 128 + 5).toString('hex')).toBe('c601000000');
  });

  it('[P13] wrap their timestamps after 49 days', () => {
    const bytes = createChunkWriter().write(makeMessage({ timestampMs: 2 ** 32 + 5 }));
    expect(bytes.readUIntBE(1, 3)).toBe(5);
  });

  it('[P13] of all four kinds are read, each leaning on the one before', () => {
    const { messages, fault } = read(
      [
        '03 000010 000001 14 01000000 aa', // full, at 16
        '43 000005 000002 14 bbbb', // same stream, 5 later
        '83 000007 cccc', // same length and type, 7 later
        'c3 dddd', // the same step again
      ].join(' '),
    );
    expect(fault).toBeUndefined();
    expect(messages.map(({ timestampMs, body }) => [timestampMs, body.toString('hex')])).toEqual([
      [16, 'aa'],
      [21, 'bbbb'],
      [28, 'cccc'],
      [35, 'dddd'],
    ]);
  });

  it('[P13] of two streams may take turns, and stream numbers may be long', () => {
    const a = `00 00 000000 000081 14 00000000 ${FULL_CHUNK}`;
    const b = '01 0100 000000 000001 14 00000000 bb';
    const { messages } = read(`${a} ${b} c000 aa`);
    expect(messages.map(({ body }) => body.length)).toEqual([1, 129]);
  });

  it('[P13] of a message that is aborted are forgotten', () => {
    const begun = `03 000000 000081 14 00000000 ${FULL_CHUNK}`;
    const abort = '02 000000 000004 02 00000000 00000003';
    expect(read(`${begun} ${abort} 03 000000 000001 14 00000000 bb`)).toMatchObject({
      messages: [{ body: Buffer.of(0xbb) }],
    });
  });

  it('[P13] may begin a chunk stream without the number of its message stream', () => {
    expect(read('43 000007 000001 14 bb')).toMatchObject({
      messages: [{ streamId: 0, timestampMs: 7, type: 0x14, body: Buffer.of(0xbb) }],
    });
  });

  it.each([
    ['message-too-large', '03 000000 010001 14 00000000'],
    ['no-message-to-continue', 'c3'],
    ['no-message-to-continue', '83 000000'],
    ['message-interrupted', `03 000000 000081 14 00000000 ${FULL_CHUNK} 03 000000 000001 14 00000000`],
    ['bad-chunk-size', '02 000000 000004 01 00000000 00000000'],
    ['bad-chunk-size', '02 000000 000004 01 00000000 80000000'],
  ])('[P13] are refused as %s', (fault, hex) => {
    expect(read(hex)).toMatchObject({ messages: [], fault });
  });

  it('[P13] may open sixteen streams and not seventeen, and messages of 64 KB and not a byte more', () => {
    const streams = (count: number): string =>
      Array.from(
        { length: count },
        (_, i) => `${(2 + i).toString(16).padStart(2, '0')} 000000 000000 14 00000000`,
      ).join('');
    expect(read(streams(16)).fault).toBeUndefined();
    expect(read(streams(17)).fault).toBe('too-many-chunk-streams');
    expect(read('03 000000 010000 14 00000000').fault).toBeUndefined();
  });

  it('[P13] of any bytes at all are read or refused', () => {
    const start = fc.constantFrom('03000000000004140000000', '02000000000004010000000000000020', '');
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 1, max: 64 }), (prefix, bytes, piece) => {
        const reader = createChunkReader(LIMITS);
        const all = Buffer.concat([Buffer.from(prefix, 'hex'), bytes]);
        for (let at = 0; at < all.length; at += piece) {
          const { messages } = reader.push(all.subarray(at, at + piece));
          for (const { body } of messages) expect(body.length).toBeLessThanOrEqual(LIMITS.messageBytes);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
