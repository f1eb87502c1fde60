import { describe, expect, it } from 'vitest';
import { startLater } from './start-later.ts';

const turns = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

const createTimers = () => {
  const waiting = new Set<() => void>();
  return {
    after: (_ms: number, work: () => void) => {
      waiting.add(work);
      return () => void waiting.delete(work);
    },
    waiting,
    pass: () => {
      const due = [...waiting];
      waiting.clear();
      for (const work of due) work();
    },
  };
};

describe('what has to be loaded first', () => {
  it('starts once it is there, and stops', async () => {
    const did: string[] = [];
    const stop = startLater(
      async () => () => {
        did.push('started');
        return () => void did.push('stopped');
      },
      createTimers(),
    );
    await turns();
    stop();
    expect(did).toEqual(['started', 'stopped']);
  });

  it('is never started where it was stopped before it came', async () => {
    const did: string[] = [];
    const stop = startLater(
      async () => () => {
        did.push('started');
        return () => {};
      },
      createTimers(),
    );
    stop();
    await turns();
    expect(did).toEqual([]);
  });

  it('is asked for again where it does not come, until it is stopped', async () => {
    const timers = createTimers();
    let asked = 0;
    const stop = startLater(() => {
      asked += 1;
      return Promise.reject(new TypeError('no network'));
    }, timers);
    await turns();
    timers.pass();
    await turns();
    expect([asked, timers.waiting.size]).toEqual([2, 1]);
    stop();
    expect(timers.waiting.size).toBe(0);
  });
});
