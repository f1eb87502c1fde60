import type { PostId, UserId } from './ids.ts';
import type { Post } from './post.ts';

/** What one source of a posts feed gave: its newest posts, in order. `more`: it has older ones than these. */
export type Slice = { posts: readonly Post[]; more: boolean };

/** An author in a following feed, and a bound that none of their posts is newer than. */
export type Candidate = { author: UserId; newest: PostId };

const newestFirst = (a: { id: PostId }, b: { id: PostId }): number => (a.id < b.id ? 1 : -1);

/**
 * One page out of several sources. A source that was cut short hides whatever is older than its last post: the page ends
 * there, or it would leave that source's next posts out for ever.
 */
export const mergeSlices = (slices: readonly Slice[], limit: number): Slice => {
  const hidden = slices.flatMap(({ posts, more }) => (more ? (posts.at(-1)?.id ?? []) : []));
  const floor = hidden.reduce<PostId | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
  const known = slices
    .flatMap(({ posts }) => posts)
    .filter(({ id }) => floor === undefined || id >= floor)
    .sort(newestFirst);
  return { posts: known.slice(0, limit), more: known.length > limit || hidden.length > 0 };
};

/** The order in which authors are asked: whose newest post is the newest first. */
export const byPromise = (a: Candidate, b: Candidate): number => (a.newest < b.newest ? 1 : -1);

/** Whether a page is full and nobody who has not been asked yet can have anything newer than its last post. */
export const isSettled = ({ posts }: Slice, limit: number, next: Candidate | undefined): boolean => {
  const last = posts[limit - 1];
  return next === undefined || (last !== undefined && last.id > next.newest);
};
