import { describe, expect, it } from 'vitest';
import { parseLocalText, proposedTime, toLocalText } from './local-time.ts';

const MINUTE_MS = 60_000;

describe('a time in the zone of whoever looks at it', () => {
  it('comes back as it was shown, to the minute, all year round', () => {
    for (let day = 0; day < 366; day++) {
      const atMs = Date.UTC(2026, 0, 1 + day, 13, 7);
      expect(parseLocalText(toLocalText(atMs))).toBe(atMs);
    }
  });

  it('has two digits where the control wants two', () => {
    expect(toLocalText(new Date(2026, 1, 3, 4, 5).getTime())).toBe('2026-02-03T04:05');
  });

  it.each(['', '2026-02-03', 'tomorrow', '2026-13-40T10:00'])('is none where the control says %j', (text) => {
    expect(parseLocalText(text)).toBeUndefined();
  });

  it('is proposed at a full hour, one to two hours ahead', () => {
    const full = Date.UTC(2026, 0, 1, 10);
    expect(proposedTime(full)).toBe(full + 60 * MINUTE_MS);
    expect(proposedTime(full + MINUTE_MS)).toBe(full + 120 * MINUTE_MS);
  });
});
