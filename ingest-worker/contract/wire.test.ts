import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientMessage, CLOSE, type CloseReason, closeReason, decodeFrame, encodeFrame, HEADER_BYTES } from './wire.ts';

/** What nobody's next attempt can change: it is over, it was refused for what it is, or all attempts have been made. */
const FINAL: CloseReason[] = [
  'finished',
  'malformed-message',
  'unsupported-media',
  'key-refused',
  'frame-too-large',
  'too-fast',
  'show-too-long',
  'replaced',
  'resume-refused',
  'encoder-failed',
  'upstream-refused',
  'upstream-unreachable',
  'ended-elsewhere',
];

describe('[W18] a close', () => {
  const reasons = Object.keys(CLOSE) as CloseReason[];

  it('is final for what another attempt cannot mend, and for nothing else', () => {
    expect(reasons.filter((reason) => !CLOSE[reason].retry)).toEqual(FINAL);
  });

  it('is known by its code, which no other has', () => {
    for (const reason of reasons) expect(closeReason(CLOSE[reason].code)).toBe(reason);
  });

  it('of the protocol itself, for a message too large to read, is known too; a stranger’s is not', () => {
    expect(closeReason(1009)).toBe('frame-too-large');
    expect([1005, 1006, 4999].map(closeReason)).toEqual([undefined, undefined, undefined]);
  });
});

describe('[W6] [W12] whatever comes', () => {
  it('a frame is what it was, and anything else is none or harmless', () => {
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
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const decoded = decodeFrame(bytes);
        if (decoded) expect(decoded.payload.byteLength).toBe(bytes.byteLength - HEADER_BYTES);
      }),
    );
  });

  it('any JSON is a message or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.object({ key: fc.constantFrom('type', 'at', 'to', 'media', 'version') })),
        (value) => {
          const parsed = ClientMessage.safeParse(value);
          if (parsed.success) expect(['hello', 'resume', 'skip', 'stop']).toContain(parsed.data.type);
        },
      ),
    );
  });
});
