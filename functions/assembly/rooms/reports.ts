import { newId } from '#domain/ids';
import { createChatStore } from '#store/chat';
import { createCommentStore } from '#store/comments';
import { createLikeStore } from '#store/likes';
import { createPostStore } from '#store/posts';
import { createRemovalStore } from '#store/removals';
import { createReportStore } from '#store/reports';
import { createPostViews } from '../../profiles/post-views.ts';
import { createActing } from '../../reports/acting.ts';
import { createReportsApp } from '../../reports/app.ts';
import { createThings } from '../../reports/things.ts';
import type { Base } from '../base.ts';
import { buildEviction } from '../eviction.ts';
import { isModeratorBy } from '../moderators.ts';
import type { People } from '../people.ts';
import type { Streaming } from '../streaming.ts';

/** The room of reports, on the base that all rooms share. */
export const buildReportsRoom = (
  base: Base,
  { authenticate, limited, users, follows }: People,
  { streams, access, ending, recordings, wake, streamViews }: Streaming,
) => {
  const { config, table, cursors, clock, log } = base;
  const posts = createPostStore({ table });
  const comments = createCommentStore({ table });
  const likes = createLikeStore({ table });
  const chatStore = createChatStore({ table });
  const reports = createReportStore({ table });
  const { postViews } = createPostViews({ users, posts, likes, streamViews, origin: config.PUBLIC_ORIGIN });
  return createReportsApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate,
    limited,
    reports,
    things: createThings({ chatStore, users, posts, postViews, comments, streams, access }),
    act: createActing({
      reports,
      chatStore,
      users,
      isModerator: isModeratorBy(config),
      posts,
      comments,
      removals: createRemovalStore({ table }),
      streams,
      ending,
      eviction: buildEviction(base, { users, follows }),
      recordings,
      wake,
      log,
      clock,
      newActId: (now) => newId('act', now),
    }),
    users,
    cursors,
    clock,
  });
};
