import type { CommentId, PostId, StreamId, UserId } from './ids.ts';
import type { PublishedUpload } from './upload.ts';

/** What a person has said, perhaps with media, by address or uploaded, or a stream. Times are milliseconds since 1970. */
export type Post = {
  id: PostId;
  authorId: UserId;
  text: string;
  mediaUrl?: string | undefined;
  /** A post has this or `mediaUrl`, never both. */
  upload?: PublishedUpload | undefined;
  /** What the media shows, in its author's words. */
  mediaAlt?: string | undefined;
  streamId?: StreamId | undefined;
  /** The one post that its stream was given when it went live: the recording goes when this goes. */
  live?: boolean | undefined;
  createdAt: number;
  editedAt?: number | undefined;
};

/** How a post is received. */
export type PostCounts = { likes: number; comments: number };

export type Comment = {
  id: CommentId;
  postId: PostId;
  authorId: UserId;
  text: string;
  createdAt: number;
};

/** What an author may change of a post; null takes the media, or its description, away. */
export type PostChanges = {
  text?: string | undefined;
  mediaUrl?: string | null | undefined;
  mediaAlt?: string | null | undefined;
};
