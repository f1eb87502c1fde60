import { SECRETS_MS } from '../../../functions/assembly/secrets.ts';
import type { Operator } from './operator.ts';

/** A call that began by the old secret may take as long as API Gateway waits. */
const LAST_CALL_MS = 30_000;

/** Until every function that is called has read its secrets again. */
export const untilKnown = async ({ clock, pause, say }: Operator): Promise<void> => {
  const known = clock().getTime() + SECRETS_MS + LAST_CALL_MS;
  say('… functions read their secrets again within five minutes');
  while (clock().getTime() < known) await pause();
};
