import { createChatStore } from '#store/chat';
import { createCommentStore } from '#store/comments';
import { createLikeStore } from '#store/likes';
import { createModerationStore } from '#store/moderation';
import { createPictureStore } from '#store/pictures';
import { createPushStore } from '#store/pushes';
import { createPostStore } from '#store/posts';
import { createRemovalSteps, type RemoveStreams } from '#store/removal-steps';
import { createRemovalStore } from '#store/removals';
import { createReportStore } from '#store/reports';
import { createUploadStore } from '#store/uploads';
import type { Publish } from '#domain/upload';
import type { Base } from '../base.ts';
import { buildEviction } from '../eviction.ts';
import type { People } from '../people.ts';
import { pushIdentity } from '../push-identity.ts';
import { createUsersApp } from '../../users/app.ts';
import type { Profiles } from '../../profiles/profiles.ts';
import { isPushEndpoint } from '../../shows/push-address.ts';
import { arePushKeys } from '../../shows/push-keys.ts';
import type { FollowedLive } from '../../shows/followed.ts';
import { createRemovalSweep } from '../../users/sweep.ts';

/** The room of people, on the base that all rooms share. */
export const buildUsersRoom = (
  base: Base,
  { authenticate, limited, users, follows, blocks }: People,
  profiles: Profiles,
  { followedLive }: { followedLive: FollowedLive },
  publish: Publish | undefined,
) => {
  const { config, table, cursors, clock, log } = base;
  return createUsersApp({
    log,
    corsOrigins: config.CORS_ORIGINS,
    authenticate,
    limited,
    profiles,
    followedLive,
    pushes: createPushStore({ table }),
    pushKey: pushIdentity(config)?.vapid.publicKey,
    isPushEndpoint: (endpoint) => isPushEndpoint(endpoint, config.PUSH_ALSO),
    arePushKeys,
    users,
    follows,
    blocks,
    moderation: createModerationStore({ table }),
    pictures: createPictureStore({ table }),
    uploads: createUploadStore({ table }),
    publish,
    removals: createRemovalStore({ table }),
    eviction: buildEviction(base, { users, follows }),
    cursors,
    clock,
  });
};

/** What goes on removing what deleted posts and accounts have left, on a timer or by a scheduled rule. */
export const buildRemovalSweep = (
  { table, clock, log, bucket }: Base,
  { follows, blocks }: People,
  { removeStreams }: { removeStreams: RemoveStreams },
) => {
  const removals = createRemovalStore({ table });
  const steps = createRemovalSteps({
    table,
    removals,
    posts: createPostStore({ table }),
    comments: createCommentStore({ table }),
    chat: createChatStore({ table }),
    moderation: createModerationStore({ table }),
    reports: createReportStore({ table }),
    pushes: createPushStore({ table }),
    likes: createLikeStore({ table }),
    follows,
    blocks,
    removeStreams,
    // without a bucket no file has ever come
    removeFile: async (owner, upload) => bucket?.remove(owner, upload),
  });
  return createRemovalSweep({ removals: { ...removals, ...steps }, clock, log });
};
