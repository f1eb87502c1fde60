import { createControlPlane } from '../../functions/compose.ts';
import { parseConfig } from '../../functions/config.ts';
import type { ControlPlane } from './gateway.ts';

/** The rooms of `functions/` behind the gateway's paths; `sweep` is what a scheduled rule calls in the cloud. */
export const startControlPlane = (environment: Record<string, string>): ControlPlane & { sweep: () => Promise<unknown> } => {
  const { auth, users, posts, streams, webhooks, realtime, sweep } = createControlPlane(parseConfig(environment));
  return { rooms: { auth, users, posts, stream: streams, webhooks }, realtime, sweep };
};
