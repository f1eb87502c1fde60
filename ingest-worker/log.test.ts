import { describe, expect, it } from 'vitest';
import { createLog, limitLog } from './log.ts';

describe('[L20] lines of a log', () => {
  it('are so many at once, then one more at a time, and the next says how many were not written', () => {
    let nowMs = 0;
    const lines: Record<string, unknown>[] = [];
    const all = createLog({
      level: 'debug',
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const log = limitLog(all, { most: 2, everyMs: 1_000, clock: () => nowMs }).with({ streamId: 'one' });
    for (let line = 0; line < 10; line++) log.warn('again', { line });
    expect(lines.map(({ line }) => line)).toEqual([0, 1]);
    nowMs = 1_000;
    log.error('at last');
    log.error('not yet');
    expect(lines.slice(2)).toEqual([expect.objectContaining({ message: 'at last', streamId: 'one', unsaid: 8 })]);
  });
});
