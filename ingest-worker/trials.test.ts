import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { createTrials } from './trials.ts';

/** Trials that are begun by networks, and whose were cut. */
const open = () => {
  let nowMs = 0;
  const cut: string[] = [];
  const trials = createTrials({ clock: () => nowMs });
  return {
    cut,
    begin: (network: string) => trials.begin(network, () => cut.push(network)),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
};

const ROOM = Array.from({ length: LIMITS.trials }, (_, index) => index);

describe('[L21] trials', () => {
  it('go to one network where no other wants them', () => {
    const { begin, cut } = open();
    expect(ROOM.map(() => begin('a'))).not.toContain(undefined);
    expect(begin('a')).toBeUndefined();
    expect(cut).toEqual([]);
  });

  it('are shared: who has the most gives one up to who has fewer, until they have as many', () => {
    const { begin, cut } = open();
    for (const index of ROOM) begin(index % 2 === 0 ? 'a' : 'b');
    expect(begin('c')).toBeDefined();
    expect(cut).toEqual(['a']);
    while (begin('c'));
    const left = (network: string) => LIMITS.trials / 2 - cut.filter((name) => name === network).length;
    const share = Math.floor(LIMITS.trials / 3);
    expect(left('a')).toBeGreaterThanOrEqual(share);
    expect(left('b')).toBeGreaterThanOrEqual(share);
    expect(cut).not.toContain('c');
  });

  it('are given up to a newcomer once they have had their time, the oldest first', () => {
    const { begin, cut, pass } = open();
    for (const index of ROOM) begin(`network ${index}`);
    pass(LIMITS.trialShareMs - 1);
    expect(begin('late')).toBeUndefined();
    pass(1);
    expect(begin('late')).toBeDefined();
    expect(cut).toEqual(['network 0']);
    expect(begin('late')).toBeUndefined();
  });

  it('that are over leave their place, also where they had been cut before', () => {
    const { begin } = open();
    const [first] = ROOM.map((index) => begin(index === 0 ? 'a' : 'b'));
    begin('c');
    first?.over();
    expect(begin('d')).toBeDefined();
    expect(begin('d')).toBeDefined();
  });
});
