import type { Streaming } from '../streaming.ts';
import type { Work } from '../tasks-here.ts';

/** What is done of the work that nobody waits for. */
export const buildWork =
  ({ delivery, tellFollowers, notices }: Pick<Streaming, 'delivery' | 'tellFollowers' | 'notices'>): Work =>
  async (task, stopped) => {
    switch (task.do) {
      case 'deliver':
        return delivery.run(task.streamId, stopped);
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
