import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Hash } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { parseTag } from '#contract/tags';
import { useApp } from '../context/app-context.ts';
import { PostCard } from '../feed/post-card.tsx';
import { PostCardSkeleton } from '../feed/post-card-skeleton.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Page } from '../ui/page.tsx';
import { StreamCard } from '../ui/stream-card.tsx';
import './find-page.css';
import { NotFoundPage } from './not-found-page.tsx';

/** What bears a tag, posts and shows, the newest first. */
export const TagPage = () => {
  const { tag: written } = useParams({ from: '/tag/$tag' });
  const tag = parseTag(written);
  if (tag === undefined) return <NotFoundPage />;
  return (
    <Page title={`#${tag}`} width="column">
      <h1>
        <bdi>#{tag}</bdi>
      </h1>
      <TaggedList key={tag} tag={tag} />
    </Page>
  );
};

const TaggedList = ({ tag }: { tag: string }) => {
  const t = useTranslations('find');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.tagged(tag));
  if (list.isPending)
    return (
      <Loading label={t('searching')} className="tagged">
        <PostCardSkeleton />
        <PostCardSkeleton />
      </Loading>
    );
  if (!list.data) return <LoadFailed title={t('notSearched')} error={list.error} onRetry={() => void list.refetch()} />;
  const found = list.data.pages.flatMap(({ items }) => items);
  if (found.length === 0 && !list.hasNextPage)
    return (
      <EmptyState icon={<Hash />} title={t('nothingTagged')}>
        {t('writeTheTag', { tag })}
      </EmptyState>
    );
  return (
    <>
      <ul className="tagged">
        {found.map((one) => (
          <li key={one.is === 'post' ? one.post.id : one.stream.id}>
            {one.is === 'post' ? <PostCard post={one.post} /> : <StreamCard stream={one.stream} />}
          </li>
        ))}
      </ul>
      <MoreButton list={list} />
    </>
  );
};
