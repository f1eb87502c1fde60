import type { Streaming } from '../streaming.ts';
import type { Work } from '../tasks-here.ts';

/** What is done of the work that nobody waits for. */
export const buildWork =
  ({ delivery }: Pick<Streaming, 'delivery'>): Work =>
  async (task, stopped) =>
    delivery.run(task.streamId, stopped);
