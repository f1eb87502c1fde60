import { type Removal, removedId } from '#store/removals';
import type { Log } from '../http/log.ts';

const AT_ONCE = 10;
/** Between two looks at the clock a page of twenty-five is removed; a scheduled Lambda has a minute. */
const BUDGET_MS = 20_000;

type Parts = {
  removals: {
    due(now: number, limit: number): Promise<Removal[]>;
    proceed(removal: Removal, now: number): Promise<{ working: boolean; removal: Removal }>;
    standBack(removal: Removal, now: number): Promise<void>;
  };
  clock: () => Date;
  log: Log;
  /** @default 20 s */
  budgetMs?: number;
};

/** Goes on with what deleted accounts and posts have left behind. Called on a schedule; calls side by side do no harm. */
export const createRemovalSweep =
  ({ removals, clock, log, budgetMs = BUDGET_MS }: Parts) =>
  async (): Promise<void> => {
    const began = clock().getTime();
    const inBudget = () => clock().getTime() - began < budgetMs;

    const finish = async (removal: Removal): Promise<void> => {
      const facts = { of: removal.of, id: removedId(removal) };
      try {
        let state = { working: true, removal };
        while (state.working && inBudget()) state = await removals.proceed(state.removal, clock().getTime());
        if (!state.working) log.info('removal done for now', facts);
      } catch (error) {
        log.error('removal failed, and will be tried again', { ...facts, error });
        await removals.standBack(removal, clock().getTime());
      }
    };

    for (let due = AT_ONCE; due === AT_ONCE && inBudget();) {
      const removing = await removals.due(began, AT_ONCE);
      await Promise.all(removing.map(finish));
      due = removing.length;
    }
  };
