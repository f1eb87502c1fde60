import { LIMITS } from './limits.ts';

/** The trials of uplinks that are under way in a worker: each network has its share of them (SPEC L21). */
export type Trials = {
  /**
   * Begins one, where need be in the place of another, which then hears `cut`; undefined where there is no room.
   *
   * @param network whom it is for: an address, of IPv6 a whole /64
   */
  begin(network: string, cut: () => void): { over: () => void } | undefined;
};

type Trial = { network: string; sinceMs: number; cut: () => void };

export const createTrials = ({ clock }: { clock: () => number }): Trials => {
  /** Oldest first. */
  const running = new Set<Trial>();

  const heldBy = (network: string): number => [...running].filter((trial) => trial.network === network).length;

  /**
   * Whose place a newer one takes: the oldest of the network that has the most, where that still has no fewer than the newcomer's
   * afterwards; else the oldest that has had its time, of a network that has more than the newcomer's.
   */
  const displaced = (network: string): Trial | undefined => {
    const mine = heldBy(network);
    const others = [...running].map((trial) => ({ trial, held: heldBy(trial.network) }));
    const most = Math.max(...others.map(({ held }) => held));
    if (most > mine + 1) return others.find(({ held }) => held === most)?.trial;
    return others.find(({ trial, held }) => held > mine && clock() - trial.sinceMs >= LIMITS.trialShareMs)?.trial;
  };

  return {
    begin: (network, cut) => {
      if (running.size >= LIMITS.trials) {
        const older = displaced(network);
        if (!older) return undefined;
        running.delete(older);
        older.cut();
      }
      const trial = { network, sinceMs: clock(), cut };
      running.add(trial);
      return { over: () => void running.delete(trial) };
    },
  };
};
