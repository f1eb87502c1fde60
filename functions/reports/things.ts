import type { About } from '#contract/reports';
import {
  type CommentId,
  type Handle,
  parseCommentId,
  parseHandle,
  parsePostId,
  parseStreamId,
  type PostId,
  type StreamId,
  type UserId,
} from '#domain/ids';
import type { Comment, Post } from '#domain/post';
import { REPORT_LIMITS, type ReportCase, type Reported } from '#domain/report';
import type { Stream } from '#domain/stream';
import type { User } from '#domain/user';
import type { ChatStore } from '#store/chat';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import type { PostViews } from '../profiles/post-views.ts';
import type { Access } from '../shows/access.ts';
import { streamNotFound } from '../shows/refusals.ts';

export type ThingSources = {
  chatStore: Pick<ChatStore, 'get'>;
  users: { find(id: UserId): Promise<User | undefined>; byHandle(handle: Handle): Promise<User | undefined> };
  posts: { find(id: PostId): Promise<Post | undefined> };
  postViews: PostViews['postViews'];
  comments: { find(postId: PostId, id: CommentId): Promise<Comment | undefined> };
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  access: Pick<Access, 'mayWatch'>;
};

/** Something that can be reported, with whose it is and what it says. */
export type Thing = Pick<ReportCase, 'about' | 'ownerId' | 'text'>;

const excerpt = (...said: (string | undefined)[]): string =>
  said
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
    .slice(0, REPORT_LIMITS.textCharacters)
    .toWellFormed();

/** The things that can be reported, as they are now. */
export const createThings = ({ chatStore, users, posts, postViews, comments, streams, access }: ThingSources) => {
  const show = async (text: string, reporter: Caller): Promise<Stream> => {
    const id = parseStreamId(text);
    const stream = id && (await streams.get(id));
    // whom its creator has blocked may have been wronged there: what everybody sees they may report as well
    if (!stream || (stream.visibility !== 'public' && !(await access.mayWatch(stream, reporter))))
      throw streamNotFound();
    return stream;
  };

  const seenPost = async (text: string, reporter: Caller): Promise<Post> => {
    const id = parsePostId(text);
    const post = id && (await posts.find(id));
    const [seen] = post ? await postViews([post], reporter) : [];
    if (!post || !seen) throw new Refusal('post-not-found', 'There is no such post.');
    return post;
  };

  const ofShow = ({ id, creatorId, title, description }: Stream): Thing => ({
    about: { kind: 'show', streamId: id },
    ownerId: creatorId,
    text: excerpt(title, description),
  });
  const ofPerson = ({ id, name, bio, links = [] }: User): Thing => ({
    about: { kind: 'person', userId: id },
    ownerId: id,
    text: excerpt(name, bio, ...links.map(({ title, url }) => `${title}: ${url}`)),
  });
  const ofPost = ({ id, authorId, text }: Post): Thing => ({
    about: { kind: 'post', postId: id },
    ownerId: authorId,
    text: excerpt(text),
  });

  return {
    /** What somebody who reports it names; refused where there is no such thing that they can see. */
    named: async (about: About, reporter: Caller): Promise<Thing> => {
      switch (about.kind) {
        case 'message': {
          const { id: streamId } = await show(about.streamId, reporter);
          const message = await chatStore.get(streamId, about.seq);
          if (!message || message.removedBy !== undefined)
            throw new Refusal('message-not-found', 'There is no such message.');
          const { seq, userId, text } = message;
          return { about: { kind: 'message', streamId, seq }, ownerId: userId, text: excerpt(text) };
        }
        case 'person': {
          const handle = parseHandle(about.handle);
          const user = handle && (await users.byHandle(handle));
          if (!user) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
          return ofPerson(user);
        }
        case 'post':
          return ofPost(await seenPost(about.postId, reporter));
        case 'comment': {
          const { id: postId } = await seenPost(about.postId, reporter);
          const commentId = parseCommentId(about.commentId);
          const comment = commentId && (await comments.find(postId, commentId));
          if (!comment) throw new Refusal('comment-not-found', 'There is no such comment.');
          const { id, authorId, text } = comment;
          return { about: { kind: 'comment', postId, commentId: id }, ownerId: authorId, text: excerpt(text) };
        }
        case 'show':
          return ofShow(await show(about.streamId, reporter));
        default:
          return about satisfies never;
      }
    },

    /** Whether a thing is still there for others. */
    isThere: async (about: Reported): Promise<boolean> => {
      switch (about.kind) {
        case 'message': {
          const message = await chatStore.get(about.streamId, about.seq);
          return message !== undefined && message.removedBy === undefined;
        }
        case 'person':
          return (await users.find(about.userId)) !== undefined;
        case 'post':
          return (await posts.find(about.postId)) !== undefined;
        case 'comment':
          return (await comments.find(about.postId, about.commentId)) !== undefined;
        case 'show': {
          const stream = await streams.get(about.streamId);
          return stream !== undefined && stream.recordingRemovedAt === undefined;
        }
        default:
          return about satisfies never;
      }
    },
  };
};
export type Things = ReturnType<typeof createThings>;
