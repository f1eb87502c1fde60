import { createCommentStore } from '#store/comments';
import { createLikeStore } from '#store/likes';
import { createPostStore } from '#store/posts';
import { createRemovalStore, type RemoveStreams } from '#store/removals';
import type { Base } from './base.ts';
import type { People } from './people.ts';

/** The removal of posts and accounts, as the rooms ask for it and the sweep goes on with it. */
export const createRemoving = (
  { table }: Base,
  { follows, blocks }: Pick<People, 'follows' | 'blocks'>,
  { removeStreams }: { removeStreams: RemoveStreams },
) =>
  createRemovalStore({
    table,
    posts: createPostStore({ table }),
    comments: createCommentStore({ table }),
    likes: createLikeStore({ table }),
    follows,
    blocks,
    removeStreams,
  });
