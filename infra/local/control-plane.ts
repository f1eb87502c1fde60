import { createControlPlane } from '../../functions/assembly/rooms/control-plane.ts';
import type { Aws } from '../../functions/assembly/base.ts';
import { parseConfig } from '../../functions/assembly/config.ts';
import type { ControlPlane } from './gateway.ts';

/** An error has nothing of itself in JSON. */
const readable = (value: unknown): string =>
  value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value);

type Settings = { environment: Record<string, string>; aws: Aws; log: (line: string) => void };

/** The rooms of `functions/` behind the gateway's paths; `sweep` is what a scheduled rule calls in the cloud. */
export const startControlPlane = ({
  environment,
  aws,
  log,
}: Settings): ControlPlane & { sweep: () => Promise<unknown> } => {
  const tell =
    (level: string) =>
    (message: string, extra: Record<string, unknown> = {}): void =>
      log([level, message, ...Object.entries(extra).map(([name, value]) => `${name}=${readable(value)}`)].join(' '));
  const { auth, users, posts, streams, reports, webhooks, search, oembed, pages, realtime, takeTask, sweep } =
    createControlPlane(parseConfig(environment), {
      aws,
      // A person at a terminal wants what went wrong, and each step of a show; not every request.
      log: { debug: () => {}, info: tell('info'), warn: tell('warn'), error: tell('error') },
    });
  return {
    rooms: { auth, users, posts, stream: streams, reports, webhooks, search, oembed },
    pages,
    realtime,
    takeTask,
    sweep,
  };
};
