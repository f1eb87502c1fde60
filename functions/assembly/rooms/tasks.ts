import { isLiveToViewers } from '#domain/stream';
import type { Streaming } from '../streaming.ts';
import type { Work } from '../tasks-here.ts';

/** What is done of the work that nobody waits for. */
export const buildWork =
  ({
    delivery,
    tellFollowers,
    notices,
    streams,
    changed,
  }: Pick<Streaming, 'delivery' | 'tellFollowers' | 'notices' | 'streams' | 'changed'>): Work =>
  async (task, stopped) => {
    switch (task.do) {
      case 'deliver':
        return delivery.run(task.streamId, stopped);
      case 'tell-moved': {
        const after = await streams.get(task.streamId);
        if (!after) return;
        const { from: state } = task;
        // What began with this very change had not begun before it.
        const startedAt = isLiveToViewers({ state }) ? after.startedAt : undefined;
        return changed({ before: { ...after, state, startedAt }, after });
      }
      case 'tell-followers':
        return tellFollowers(task.streamId);
      case 'notify-all':
        return notices.begin(task.streamId);
      case 'notify':
        return notices.notify(task.streamId, task);
      default:
        task satisfies never;
    }
  };
