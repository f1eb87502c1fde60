import * as z from 'zod/mini';
import { TaskMessage } from '#store/tasks';
import { buildAuthRoom } from './auth.ts';
import { type Aws, createBase } from '../base.ts';
import type { Config } from '../config.ts';
import type { Log } from '../../http/log.ts';
import { createLog } from '../log.ts';
import { createPeople } from '../people.ts';
import { buildPushSender } from '../push.ts';
import { createTasksHere } from '../tasks-here.ts';
import { buildWork } from './tasks.ts';
import { buildPagesRoom } from './pages.ts';
import { buildPostsRoom } from './posts.ts';
import { buildPublishing } from './uploads.ts';
import { buildRealtime } from './realtime.ts';
import { buildReportsRoom } from './reports.ts';
import { buildSearchRoom } from './search.ts';
import { createStreaming } from '../streaming.ts';
import { buildStreamSweep, buildStreamsRoom } from './streams.ts';
import { buildProfiles } from '../profiles.ts';
import { buildRemovalSweep, buildUsersRoom } from './users.ts';
import { buildWebhooksRoom } from './webhooks.ts';

/**
 * The whole control plane in one process: what `npm start` and the container run. In the cloud each entry of `../lambdas/` puts together
 * only itself, from the very builders that are used here, so that a Lambda's bundle holds one room.
 *
 * @param aws where AWS is, if the process's own environment does not say
 */
export const createControlPlane = (
  config: Config,
  { log = createLog('control-plane'), clock, aws }: { log?: Log; clock?: () => Date; aws?: Aws } = {},
) => {
  const tasks = createTasksHere({ log });
  const base = createBase({ config, log, clock, aws, tasks });
  const people = createPeople(base);
  const streaming = createStreaming(base, people, { sender: buildPushSender(base) });
  tasks.begin(buildWork(streaming));
  const profiles = buildProfiles(base, people);
  const sweepStreams = buildStreamSweep(base, streaming);
  const sweepRemovals = buildRemovalSweep(base, people, streaming);
  return {
    auth: buildAuthRoom(base, people, profiles),
    users: buildUsersRoom(base, people, profiles, streaming, buildPublishing(base)),
    posts: buildPostsRoom(base, people, streaming, buildPublishing(base)),
    search: buildSearchRoom(base, people, streaming),
    streams: buildStreamsRoom(base, people, streaming, buildPublishing(base)),
    reports: buildReportsRoom(base, people, streaming),
    webhooks: buildWebhooksRoom(base, streaming),
    ...buildPagesRoom(base, people, streaming),
    realtime: buildRealtime(base, people, streaming),
    /** Takes a task of another process, as a queue would. */
    takeTask: (message: unknown) => tasks.send(z.parse(TaskMessage, message)),
    /** What has to be called every few seconds, or minutes: it settles what everybody else has left. */
    sweep: async () => {
      await sweepRemovals();
      return sweepStreams();
    },
    close: () => {
      tasks.stop();
      base.close();
    },
  };
};
