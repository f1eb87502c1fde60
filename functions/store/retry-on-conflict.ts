import { TableUnavailable } from './dynamo.ts';

/** Optimistic writes: what another has changed meanwhile is read again and thought over, this often. */
const ATTEMPTS = 25;
const WAIT_MS = 10;
const LONGEST_WAIT_MS = 300;

/** Runs an optimistic attempt until it settles. Another's write is the only reason to try again, so someone always gets on. */
export const retryOnConflict = async <Value>(
  attempt: () => Promise<{ settled: Value } | 'conflict'>,
): Promise<Value> => {
  for (let tries = 0; tries < ATTEMPTS; tries++) {
    const outcome = await attempt();
    if (outcome !== 'conflict') return outcome.settled;
    const longest = Math.min(WAIT_MS * 2 ** tries, LONGEST_WAIT_MS);
    await new Promise((done) => void setTimeout(done, Math.random() * longest));
  }
  throw new TableUnavailable('an item kept being changed by others');
};
