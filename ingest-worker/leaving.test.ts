import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendElsewhere } from './leaving.ts';
import { LIMITS } from './limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A number of sessions; each is over `afterMs` after it was asked to go. */
const leaving = (count: number, afterMs: number) => {
  const startedMs = Date.now();
  const askedMs: number[] = [];
  const sessions = Array.from({ length: count }, () => {
    let settle: () => void = () => undefined;
    return {
      over: new Promise<'migrate'>((resolve) => {
        settle = () => resolve('migrate');
      }),
      migrate: () => {
        askedMs.push(Date.now() - startedMs);
        setTimeout(settle, afterMs);
      },
    };
  });
  let share = 0;
  let goneMs: number | undefined;
  void sendElsewhere(sessions, () => share++ / (count - 1 || 1)).then(() => {
    goneMs = Date.now() - startedMs;
  });
  return { askedMs, gone: () => goneMs };
};

describe('[S10] a worker that leaves', () => {
  it('has gone at once where nobody is', async () => {
    const { gone } = leaving(0, 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(gone()).toBe(0);
  });

  it('asks few sessions quickly, and many over migrateSpreadMs', async () => {
    const few = leaving(3, 0);
    await vi.advanceTimersByTimeAsync(3 * LIMITS.migrateEachMs);
    expect(few.askedMs).toEqual([0, 150, 300]);
    const many = leaving(LIMITS.sessions, 1);
    await vi.advanceTimersByTimeAsync(LIMITS.migrateSpreadMs - 1);
    expect(many.askedMs).toHaveLength(LIMITS.sessions - 1);
    expect(many.gone()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2);
    expect(many.gone()).toBe(LIMITS.migrateSpreadMs + 1);
  });

  it('waits for the last session up to exitMs, and no longer', async () => {
    const inTime = leaving(1, LIMITS.exitMs - 1);
    const late = leaving(1, LIMITS.exitMs + 1);
    await vi.advanceTimersByTimeAsync(LIMITS.exitMs);
    expect([inTime.gone(), late.gone()]).toEqual([LIMITS.exitMs - 1, LIMITS.exitMs]);
    // Then each may still wait for the table, twice, and its socket for an answer; ECS kills at 120 s.
    expect(LIMITS.exitMs + 2 * LIMITS.leaseFenceMs + 2_000).toBeLessThan(110_000);
  });
});
