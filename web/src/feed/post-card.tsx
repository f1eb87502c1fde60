import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Heart, MessageCircle } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { PostView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useSignIn } from '../context/use-sign-in.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Card } from '../ui/page.tsx';
import { RichText } from '../ui/rich-text.tsx';
import { TimeAgo } from '../ui/time.tsx';
import { StreamCard } from '../ui/stream-card.tsx';
import { patchPost } from './post-cache.ts';
import { PostMedia } from './post-media.tsx';
import { PostMenu } from './post-menu.tsx';
import { useFormats } from '../words/formats.ts';
import { part } from '../ui/part.ts';
import { Spinner } from '../ui/spinner.tsx';
import './post-card.css';

const Comments = lazy(part(async () => ({ default: (await import('./comments.tsx')).Comments })));
const PostEditor = lazy(part(async () => ({ default: (await import('./post-editor.tsx')).PostEditor })));

/** One post with all that can be done about it. `open` shows its comments from the start. */
export const PostCard = ({
  post,
  open = false,
  onDeleted,
}: {
  post: PostView;
  open?: boolean;
  onDeleted?: () => void;
}) => {
  const t = useTranslations('feed');
  const { counted } = useFormats();
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me } = useQuery({ ...queries.me(), enabled: signedIn });
  const [editing, setEditing] = useState(false);
  const [showsComments, setShowsComments] = useState(open);
  const isMine = me?.id === post.author.id;
  return (
    <Card className="post">
      <article aria-label={t('postBy', { name: post.author.name })}>
        <div className="post__header">
          <Avatar person={post.author} />
          <div className="post__byline">
            <Link to="/@{$handle}" params={{ handle: post.author.handle }} className="post__author">
              <bdi>{post.author.name}</bdi>
            </Link>
            <p className="muted post__when">
              <Link to="/post/$postId" params={{ postId: post.id }} className="post__permalink">
                <TimeAgo at={post.createdAt} />
              </Link>
              {post.editedAt && ` · ${t('edited')}`}
            </p>
          </div>
          {me && (
            <PostMenu
              post={post}
              mayDelete={isMine || me.roles.includes('moderator')}
              mine={isMine}
              {...(isMine && { onEdit: () => setEditing(true) })}
              {...(onDeleted && { onDeleted })}
            />
          )}
        </div>
        {editing ? (
          <Suspense fallback={<Spinner />}>
            <PostEditor post={post} onDone={() => setEditing(false)} />
          </Suspense>
        ) : (
          <div className="post__body">
            <RichText text={post.text} fold={!open} lang={languageOf(post)} />
            {post.mediaUrl && (
              <PostMedia
                url={post.mediaUrl}
                type={post.mediaType}
                size={post.mediaSize}
                thumbnailUrl={post.mediaThumbnailUrl}
                alt={post.mediaAlt}
              />
            )}
            {post.stream && (
              <div className="post__stream">
                <StreamCard
                  stream={post.stream}
                  showCreator={post.stream.creator.id !== post.author.id}
                  heading={open ? 'h2' : 'h3'}
                />
              </div>
            )}
          </div>
        )}
        <div className="post__actions">
          <LikeButton post={post} />
          <button
            type="button"
            className="post__action"
            aria-expanded={showsComments}
            onClick={() => setShowsComments(!showsComments)}
          >
            <MessageCircle aria-hidden="true" />
            {t('commentCount', counted(post.comments))}
          </button>
        </div>
        {showsComments && (
          <Suspense fallback={<Spinner label={t('loadingComments')} />}>
            <Comments post={post} />
          </Suspense>
        )}
      </article>
    </Card>
  );
};

/** What announces a show is written in its language; what others write under it need not be. */
const languageOf = ({ author, stream }: PostView) => (stream?.creator.id === author.id ? stream.language : undefined);

const LikeButton = ({ post }: { post: PostView }) => {
  const t = useTranslations('feed');
  const { counted } = useFormats();
  const { api } = useApp();
  const signedIn = useSignedIn();
  const { signIn } = useSignIn();
  const queryClient = useQueryClient();
  const like = useMutation({
    mutationFn: (liked: boolean) => (liked ? api.like(post.id) : api.unlike(post.id)),
    // One after the other, so that the last press is what holds.
    scope: { id: `like ${post.id}` },
    onMutate: (liked) => patchPost(queryClient, post.id, { liked, likes: Math.max(0, post.likes + (liked ? 1 : -1)) }),
    onError: () => patchPost(queryClient, post.id, { liked: post.liked, likes: post.likes }),
  });
  const liked = post.liked === true;
  return (
    <button
      type="button"
      className="post__action post__action--like"
      aria-pressed={liked}
      onClick={() => (signedIn ? like.mutate(!liked) : signIn())}
    >
      <Heart aria-hidden="true" />
      {t('likes', counted(post.likes))}
    </button>
  );
};
