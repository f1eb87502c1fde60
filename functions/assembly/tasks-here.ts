import type { Log } from '../http/log.ts';
import type { Task, Tasks } from '#store/tasks';

/** Does one task; `stopped` says that the process is about to go. */
export type Work = (task: Task, stopped: () => boolean) => Promise<void>;

/** Tasks that the process does by itself, where all rooms are in one. What fails is told and not done again. */
export const createTasksHere = ({ log }: { log: Log }): Tasks & { begin: (work: Work) => void; stop: () => void } => {
  let doing: Work | undefined;
  let stopped = false;
  return {
    begin: (work) => {
      doing = work;
    },
    stop: () => {
      stopped = true;
    },
    send: async (task, { delayMs = 0 } = {}) => {
      const begin = () => {
        if (stopped) return;
        doing?.(task, () => stopped).catch((error: unknown) => {
          if (!stopped) log.warn('a task failed', { task: task.do, error });
        });
      };
      if (delayMs === 0) begin();
      // nobody stays up for it
      else setTimeout(begin, delayMs).unref();
    },
  };
};
