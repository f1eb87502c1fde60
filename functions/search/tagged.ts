import type { Tagged } from '#contract/search';
import type { PostId, StreamId } from '#domain/ids';
import type { Post } from '#domain/post';
import { tagsOfPost, tagsOfStream } from '#domain/search';
import type { Stream } from '#domain/stream';
import type { Position } from '#store/dynamo';
import type { PlacedEntry } from '#store/search';
import type { PostViews } from '../profiles/post-views.ts';
import type { StreamViews } from '../shows/views.ts';
import type { Viewer, Visible } from './visible.ts';

/** Something that was found; a page that ends with it goes on after `place`. */
export type Hit<Thing> = { id: string; thing: Thing; place: Position };

export type TaggedParts = {
  streams: { getMany(ids: readonly StreamId[]): Promise<Stream[]> };
  posts: { findMany(ids: readonly PostId[]): Promise<Post[]> };
  views: Pick<StreamViews, 'views'>;
  postViews: PostViews['postViews'];
};

/** What these entries name, as far as it bears their tag and the viewer may see it, in their order. */
export const createTagged = ({ streams, posts, views, postViews, visible }: TaggedParts & { visible: Visible }) => {
  const { apart, visibleStreams } = visible;
  return async (entries: readonly PlacedEntry[], viewer: Viewer): Promise<(Hit<Tagged> & { tag: string })[]> => {
    const [foundPosts, foundStreams] = await Promise.all([
      posts.findMany(entries.flatMap(({ postId }) => postId ?? [])),
      streams.getMany(entries.flatMap(({ streamId }) => streamId ?? [])),
    ]);
    const hidden = await apart(
      viewer,
      foundPosts.map(({ authorId }) => authorId),
    );
    const [shownPosts, shownStreams] = await Promise.all([
      postViews(
        foundPosts.filter(({ authorId }) => !hidden.has(authorId)),
        viewer,
      ),
      visibleStreams(foundStreams, viewer).then(views.views),
    ]);
    const [postsNow, streamsNow] = [byId(foundPosts), byId(foundStreams)];
    const [postViewOf, streamViewOf] = [byId(shownPosts), byId(shownStreams)];
    return entries.flatMap(({ word: tag, postId, streamId, place }): (Hit<Tagged> & { tag: string })[] => {
      const post = postId && postsNow.get(postId);
      const stream = streamId && streamsNow.get(streamId);
      const postView = post && tagsOfPost(post).includes(tag) ? postViewOf.get(post.id) : undefined;
      const streamView = stream && tagsOfStream(stream).includes(tag) ? streamViewOf.get(stream.id) : undefined;
      if (postView) return [{ id: postView.id, tag, place, thing: { is: 'post', post: postView } as const }];
      if (streamView) return [{ id: streamView.id, tag, place, thing: { is: 'stream', stream: streamView } as const }];
      return [];
    });
  };
};

/** Things by their id. */
export const byId = <Thing extends { id: string }>(things: readonly Thing[]): Map<Thing['id'], Thing> =>
  new Map(things.map((thing) => [thing.id, thing]));
