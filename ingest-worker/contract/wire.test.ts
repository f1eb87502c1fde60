import { describe, expect, it } from 'vitest';
import { CLOSE, type CloseReason, closeReason } from './wire.ts';

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
