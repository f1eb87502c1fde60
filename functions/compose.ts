import { createBase } from './base.ts';
import type { Config } from './config.ts';
import type { Log } from './http/log.ts';

/**
 * The whole control plane in one process: what `npm start` and the container run. In the cloud each room's `main.ts` puts together
 * only itself, from the very builders that are used here, so that a Lambda's bundle holds one room.
 */
export const createControlPlane = (config: Config, { log, clock }: { log: Log; clock?: () => Date }) => {
  const base = createBase({ config, log, ...(clock && { clock }) });
  return { base };
};
