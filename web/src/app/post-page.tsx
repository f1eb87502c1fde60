import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { ApiError } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Page } from '../ui/page.tsx';
import { PostCard } from '../feed/post-card.tsx';
import { PostCardSkeleton } from '../feed/post-card-skeleton.tsx';

/** One post at its own address, with its comments. */
export const PostPage = () => {
  const t = useTranslations('app');
  const { postId } = useParams({ from: '/post/$postId' });
  const { queries } = useApp();
  const navigate = useNavigate();
  const { data: post, error, refetch } = useQuery(queries.post(postId));
  if (error instanceof ApiError && error.code === 'post-not-found') return <NotFoundPage />;
  return (
    <Page title={post ? `${post.author.name}: ${post.text.slice(0, 60)}` : t('post')} width="column">
      <h1 className="visually-hidden">{post ? t('postBy', { name: post.author.name }) : t('post')}</h1>
      {post && <PostCard key={post.id} post={post} open onDeleted={() => void navigate({ to: '/' })} />}
      {!post && error && <LoadFailed title={t('thePostCouldNotBe')} error={error} onRetry={() => void refetch()} />}
      {!post && !error && <PostCardSkeleton />}
    </Page>
  );
};
