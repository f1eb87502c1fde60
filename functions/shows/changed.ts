import type { Stream } from '#domain/stream';
import type { Log } from '../http/log.ts';
import type { Changed } from './ending.ts';
import { concernsFollowers } from './followed.ts';
import type { Tasks } from './tasks.ts';

type Parts = {
  announce: Changed;
  /** Posts a show once it can be watched; however often it is told, once. */
  publishLive: (stream: Stream, now: number) => Promise<unknown>;
  tasks: Tasks;
  log: Log;
  clock: () => Date;
};

/**
 * What a change of a stream brings about: its post, which must not be lost and so may throw, and the push, which may be. A change
 * that is told again (`before` is `after`) posts again what a fault may have kept from being posted.
 */
export const createChanged =
  ({ announce, publishLive, tasks, log, clock }: Parts): Changed =>
  async (change) => {
    const { before, after } = change;
    if (after.startedAt !== undefined && (before.startedAt === undefined || before === after))
      await publishLive(after, clock().getTime());
    if (concernsFollowers(change))
      await tasks
        .send({ do: 'tell-followers', streamId: after.id })
        .catch((error: unknown) => log.warn('followers were not told', { streamId: after.id, error }));
    await announce(change);
  };
