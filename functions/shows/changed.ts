import type { StreamId } from '#domain/ids';
import { isLiveToViewers, isOver, type Stream } from '#domain/stream';
import type { Log } from '../http/log.ts';
import type { Changed } from './ending.ts';
import { concernsFollowers } from './followed.ts';
import type { Task, Tasks } from '#store/tasks';

type Parts = {
  announce: Changed;
  /** Posts a show once it can be watched; however often it is told, once. */
  publishLive: (stream: Stream, now: number) => Promise<unknown>;
  /** Tells the guests of a show that it is over. */
  seeOff: (id: StreamId) => Promise<void>;
  tasks: Tasks;
  log: Log;
  clock: () => Date;
};

/**
 * What a change of a stream brings about: its post, which must not be lost and so may throw, and the push, which may be. A change
 * that is told again (`before` is `after`) posts again what a fault may have kept from being posted.
 */
export const createChanged = ({ announce, publishLive, seeOff, tasks, log, clock }: Parts): Changed => {
  const handOver = (task: Task): Promise<void> =>
    tasks
      .send(task)
      .catch((error: unknown) =>
        log.warn('followers were not told', { streamId: task.streamId, task: task.do, error }),
      );

  return async (change) => {
    const { before, after } = change;
    const began = after.startedAt !== undefined && (before.startedAt === undefined || before === after);
    if (began) await publishLive(after, clock().getTime());
    if (concernsFollowers(change)) await handOver({ do: 'tell-followers', streamId: after.id });
    // told again as well: it is sent once, and a fault may have kept it from being
    if (began && isLiveToViewers(after) && !after.test) await handOver({ do: 'notify-all', streamId: after.id });
    if (isOver(after) && !isOver(before))
      await seeOff(after.id).catch((error: unknown) =>
        // a guest whom nobody tells is refused when they say something
        log.warn('guests were not told of the end', { streamId: after.id, error }),
      );
    await announce(change);
  };
};
