import type { Streaming } from '../streaming.ts';
import type { Work } from '../tasks-here.ts';

/** What is done of the work that nobody waits for. */
export const buildWork =
  ({ delivery, tellFollowers }: Pick<Streaming, 'delivery' | 'tellFollowers'>): Work =>
  async (task, stopped) => {
    switch (task.do) {
      case 'deliver':
        return delivery.run(task.streamId, stopped);
      case 'tell-followers':
        return tellFollowers(task.streamId);
      default:
        task satisfies never;
    }
  };
