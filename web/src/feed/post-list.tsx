import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { FeedName } from '../api/queries.ts';
import { useApp } from '../context/app-context.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { PostCard } from './post-card.tsx';
import { PostCardSkeleton } from './post-card-skeleton.tsx';
import './post-list.css';

type Props = { feed: FeedName; empty: { icon: ReactNode; title: string; text: string } };

/** One feed of posts, newest first. */
export const PostList = ({ feed, empty }: Props) => {
  const t = useTranslations('feed');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.posts(feed));
  if (list.isPending) return <PostListSkeleton />;
  if (!list.data)
    return <LoadFailed title={t('thePostsCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />;
  const posts = list.data.pages.flatMap(({ items }) => items);
  if (posts.length === 0)
    return (
      <EmptyState icon={empty.icon} title={empty.title}>
        {empty.text}
      </EmptyState>
    );
  return (
    <>
      <ul className="post-list">
        {posts.map((post) => (
          <li key={post.id}>
            <PostCard post={post} />
          </li>
        ))}
      </ul>
      <MoreButton list={list} />
    </>
  );
};

export const PostListSkeleton = () => {
  const t = useTranslations('feed');
  return (
    <Loading label={t('loadingPosts')} className="post-list">
      <PostCardSkeleton />
      <PostCardSkeleton />
      <PostCardSkeleton />
    </Loading>
  );
};
