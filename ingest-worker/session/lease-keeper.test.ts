import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../limits.ts';
import { keepLease } from './lease-keeper.ts';
import type { Loss, Renewal } from './lease.ts';
import { STREAM } from './store.testing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Answer =
  | { held: true; endRequested: boolean; beforeUntil?: number }
  | { held: false; because: Loss; drains?: true }
  | 'unreachable'
  | 'none';
const HELD: Answer = { held: true, endRequested: false };

const keeping = (answer: () => Answer = () => HELD, drains: () => boolean = () => true) => {
  const renewals: Renewal[] = [];
  const released: string[] = [];
  const events: string[] = [];
  const at = { committed: 100 };
  const keeper = keepLease({
    store: {
      renew: async (renewal) => {
        renewals.push(renewal);
        const given = answer();
        if (given === 'unreachable') throw new Error('no table');
        if (given === 'none') return new Promise(() => undefined);
        return given;
      },
      release: async ({ because }) => void released.push(because),
      renewDrain: async () => drains(),
      endDrain: async ({ fence }) => void released.push(`drain of ${fence}`),
    },
    streamId: STREAM,
    sessionId: 'this feed',
    fence: 3,
    clock: () => Date.now(),
    report: () => ({ ...at, state: 'live' }),
    onEvent: (event) => void events.push(event.type === 'lost' ? `lost: ${event.because}` : event.type),
  });
  return { keeper, renewals, released, events, at };
};

describe('lease', () => {
  it('[S2] is renewed every leaseRenewMs with what is committed', async () => {
    const { renewals } = keeping();
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs * 3);
    expect(renewals).toHaveLength(3);
    expect(renewals[0]).toMatchObject({ fence: 3, committed: 100, ttlMs: LIMITS.leaseTtlMs });
  });

  it.each(['moved', 'replaced', 'ended'] as const)('[S2] that is no longer ours is lost, once: %s', async (because) => {
    const { events, renewals } = keeping(() => ({ held: false, because }));
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs * 3);
    expect(events).toEqual([`lost: ${because}`]);
    expect(renewals).toHaveLength(1);
  });

  it('[S6] that another feed has taken is left to it, and what was received may go on while the table says so', async () => {
    let drains = true;
    const { keeper, events, released } = keeping(
      () => ({ held: false, because: 'replaced', drains: true }),
      () => drains,
    );
    expect(await keeper.check()).toBe(true);
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs * 5);
    expect([events, keeper.doubtful]).toEqual([['replaced'], false]);
    drains = false;
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs);
    expect(events).toEqual(['replaced', 'lost: replaced']);
    const other = keeping(() => ({ held: false, because: 'replaced', drains: true }));
    await other.keeper.check();
    await other.keeper.release('replaced');
    expect([released, other.released]).toEqual([[], ['drain of 3']]);
  });

  it('[S6] waits for the feed before it until leaseFenceMs after that one has renewed last', async () => {
    const beforeUntil = Date.now() + LIMITS.leaseTtlMs;
    const { keeper, renewals } = keeping(() => ({ ...HELD, beforeUntil }));
    await keeper.check();
    expect(keeper.barredMs).toBe(LIMITS.leaseFenceMs);
    expect(renewals[0]?.beforeGoneAt).toBe(Date.now() + LIMITS.leaseTtlMs - LIMITS.leaseFenceMs);
    await vi.advanceTimersByTimeAsync(LIMITS.leaseFenceMs);
    expect(keeper.barredMs).toBe(0);
  });

  it('[S3] is doubtful leaseFenceMs after the last renewal, and not before', async () => {
    let answer: Answer = HELD;
    const { keeper, events } = keeping(() => answer);
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs);
    answer = 'unreachable';
    await vi.advanceTimersByTimeAsync(LIMITS.leaseFenceMs);
    expect(keeper.doubtful).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(keeper.doubtful).toBe(true);
    expect(events).toEqual(['unreachable', 'unreachable']);
  });

  it('[S3] is asked for at once, and not given up, by a process that stood still', async () => {
    let answer: Answer = HELD;
    const { keeper, renewals } = keeping(() => answer);
    vi.setSystemTime(Date.now() + 10_000);
    expect(keeper.doubtful).toBe(true);
    keeper.woke();
    expect(keeper.doubtful).toBe(false);
    expect(renewals).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(keeper.doubtful).toBe(false);
    answer = 'unreachable';
    vi.setSystemTime(Date.now() + 10_000);
    keeper.woke();
    await vi.advanceTimersByTimeAsync(1_001);
    expect(keeper.doubtful).toBe(true);
  });

  it('[S9] tells of an end that is wished for', async () => {
    const { events } = keeping(() => ({ held: true, endRequested: true }));
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs);
    expect(events).toEqual(['end-requested']);
  });

  it('[S4] can be asked, and answers no where the table does not', async () => {
    let answer: Answer = HELD;
    const { keeper, renewals } = keeping(() => answer);
    expect(await keeper.check()).toBe(true);
    answer = 'unreachable';
    expect(await keeper.check()).toBe(false);
    answer = { held: false, because: 'replaced' };
    expect(await keeper.check()).toBe(false);
    expect(renewals).toHaveLength(3);
  });

  it('[S10] is told how things are now, also while an older word is on its way', async () => {
    const { keeper, renewals, at } = keeping();
    const older = keeper.check();
    await Promise.resolve();
    at.committed = 200;
    const newer = keeper.check();
    expect([await older, await newer]).toEqual([true, true]);
    expect(renewals.map(({ committed }) => committed)).toEqual([100, 200]);
  });

  it('[S3] a table that does not answer holds up no end', async () => {
    const { keeper, events, released } = keeping(() => 'none');
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs + LIMITS.leaseFenceMs - 1);
    expect(events).toEqual([]);
    const over = keeper.release('lease-lost');
    await vi.advanceTimersByTimeAsync(1);
    await over;
    expect(released).toEqual(['lease-lost']);
  });

  it('is given back once, and not renewed after it', async () => {
    const { keeper, renewals, released } = keeping();
    await keeper.release('finished');
    await keeper.release('finished');
    await vi.advanceTimersByTimeAsync(LIMITS.leaseRenewMs * 3);
    expect(released).toEqual(['finished']);
    expect(renewals).toEqual([]);
  });
});
