import { LIMITS } from './limits.ts';
import type { RunningSession } from './session/run-session.ts';

type Leaving = Pick<RunningSession, 'migrate' | 'over'>;

/** Asks every session to go elsewhere, spread over a while, and settles when all have gone or `exitMs` is up (SPEC §S). */
export const sendElsewhere = async (sessions: readonly Leaving[], random: () => number): Promise<void> => {
  const spreadMs = Math.min(LIMITS.migrateSpreadMs, sessions.length * LIMITS.migrateEachMs);
  const timers = sessions.map((session) => setTimeout(() => session.migrate(), random() * spreadMs));
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    deadline = setTimeout(resolve, LIMITS.exitMs);
  });
  await Promise.race([Promise.all(sessions.map(({ over }) => over)), late]);
  for (const timer of [...timers, deadline]) clearTimeout(timer);
};
