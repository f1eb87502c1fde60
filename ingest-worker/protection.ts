import type { Log } from './log.ts';

/** Renewed well before it ends: a worker that hangs is not protected for ever. */
const EXPIRES_MINUTES = 60;
const RENEW_MS = 20 * 60 * 1000;
const TIMEOUT_MS = 3_000;

/** Asks ECS not to scale this task in while shows are on it. Does nothing where there is no ECS. */
export const createProtection = ({
  agentUri,
  log,
  fetch = globalThis.fetch,
  clock = () => performance.now(),
}: {
  agentUri: string | undefined;
  log: Log;
  fetch?: typeof globalThis.fetch;
  clock?: () => number;
}): { want: (wanted: boolean) => Promise<void> } => {
  let told: { wanted: boolean; atMs: number } = { wanted: false, atMs: clock() };

  return {
    want: async (wanted) => {
      if (agentUri === undefined) return;
      const due = wanted && clock() - told.atMs > RENEW_MS;
      if (wanted === told.wanted && !due) return;
      const before = told;
      told = { wanted, atMs: clock() };
      try {
        const answer = await fetch(`${agentUri}/task-protection/v1/state`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            ProtectionEnabled: wanted,
            ...(wanted && { ExpiresInMinutes: EXPIRES_MINUTES }),
          }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        log.info('scale-in protection', { wanted });
      } catch (cause) {
        told = before;
        log.warn('scale-in protection not told', { cause: cause instanceof Error ? cause.message : String(cause) });
      }
    },
  };
};
