import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { TEXT_CHARACTERS } from '#contract/fields';
import type { CommentView, PostView } from '#contract/http';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useSignIn } from '../context/use-sign-in.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { useFocusKept } from '../ui/focus-kept.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { RichText } from '../ui/rich-text.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { TimeAgo } from '../ui/time.tsx';
import { CommentMenu } from './comment-menu.tsx';
import { patchPost } from './post-cache.ts';
import './comments.css';

/** What is said under a post, and the line to add to it. */
export const Comments = ({ post }: { post: PostView }) => {
  const t = useTranslations('feed');
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { signIn, leaving } = useSignIn();
  // What is said is for the signed-in; the count stands above.
  const list = useInfiniteQuery({ ...queries.comments(post.id), enabled: signedIn });
  const comments = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const section = useFocusKept<HTMLElement>(comments.length);
  return (
    <section ref={section} tabIndex={-1} className="comments" aria-label={t('comments')}>
      {signedIn ? (
        <NewComment post={post} />
      ) : (
        <>
          <p className="muted">{t('signInToReadWhat')}</p>
          <Button size="s" busy={leaving === 'usual'} onClick={signIn}>
            {t('joinTheConversation')}
          </Button>
        </>
      )}
      {signedIn && list.isPending && <Spinner label={t('loadingComments')} />}
      {list.isError && !list.data && (
        <LoadFailed title={t('theCommentsCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {comments.length > 0 && (
        <ul className="comments__list">
          {comments.map((comment) => (
            <Comment key={comment.id} post={post} comment={comment} />
          ))}
        </ul>
      )}
      <MoreButton list={list} />
    </section>
  );
};

const Comment = ({ post, comment }: { post: PostView; comment: CommentView }) => (
  <li className="comment">
    <Avatar person={comment.author} size="s" />
    <div className="comment__words">
      <p className="comment__byline">
        <Link to="/@{$handle}" params={{ handle: comment.author.handle }} className="post__author">
          <bdi>{comment.author.name}</bdi>
        </Link>
        <span className="muted">
          <TimeAgo at={comment.createdAt} />
        </span>
      </p>
      <RichText text={comment.text} fold />
    </div>
    <CommentMenu post={post} comment={comment} />
  </li>
);

const NewComment = ({ post }: { post: PostView }) => {
  const t = useTranslations('feed');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const [text, setText] = useState('');
  const send = useMutation({
    mutationFn: (written: string) => api.comment(post.id, written),
    onSuccess: async () => {
      setText('');
      patchPost(queryClient, post.id, { comments: post.comments + 1 });
      await queryClient.invalidateQueries({ queryKey: ['comments', post.id] });
    },
  });
  return (
    <form
      className="comments__new"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() && !send.isPending) send.mutate(text.trim());
      }}
    >
      <Field label={t('yourComment')} hideLabel>
        {(control) => (
          <TextInput
            {...control}
            placeholder={t('addAComment')}
            maxLength={TEXT_CHARACTERS.comment}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" busy={send.isPending} disabled={!text.trim()}>
        {t('send')}
      </Button>
    </form>
  );
};
