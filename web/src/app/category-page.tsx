import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Shapes } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { Category, isLiveToViewers } from '#contract/show';
import { useApp } from '../context/app-context.ts';
import { CategoryLinks } from '../ui/category-links.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Page, Section } from '../ui/page.tsx';
import { StreamGrid, StreamGridSkeleton } from '../ui/stream-grid.tsx';
import './find-page.css';
import { NotFoundPage } from './not-found-page.tsx';

/** What there is to watch of one category: now, next and from before. */
export const CategoryPage = () => {
  const t = useTranslations('ui');
  const { category: written } = useParams({ from: '/category/$category' });
  const { data: category } = Category.safeParse(written);
  if (category === undefined) return <NotFoundPage />;
  return (
    <Page title={t(`categories.${category}`)}>
      <h1 className="find__category">{t(`categories.${category}`)}</h1>
      <Shows key={category} category={category} />
      <CategoryLinks />
    </Page>
  );
};

const Shows = ({ category }: { category: Category }) => {
  const t = useTranslations('find');
  const app = useTranslations('app');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.ofCategory(category));
  if (list.isPending) return <StreamGridSkeleton />;
  if (!list.data) return <LoadFailed title={t('notSearched')} error={list.error} onRetry={() => void list.refetch()} />;
  const { live, upcoming, recordings } = sorted(list.data.pages.flatMap(({ items }) => items));
  const nothing = live.length + upcoming.length + recordings.length === 0 && !list.hasNextPage;
  if (nothing)
    return (
      <EmptyState icon={<Shapes />} title={t('nothingInCategory')}>
        {t('chooseItForAShow')}
      </EmptyState>
    );
  return (
    <>
      {live.length > 0 && (
        <Section id="live" title={app('liveNow')}>
          <StreamGrid streams={live} />
        </Section>
      )}
      {upcoming.length > 0 && (
        <Section id="upcoming" title={app('upcoming')}>
          <StreamGrid streams={upcoming} />
        </Section>
      )}
      {recordings.length > 0 && (
        <Section id="recordings" title={app('recordings')}>
          <StreamGrid streams={recordings} />
        </Section>
      )}
      <MoreButton list={list} />
    </>
  );
};

/** By what they are now; one that has moved on between two pages is shown once, as it was told last. */
const sorted = (pages: readonly StreamView[]) => {
  const streams = [...new Map(pages.map((stream) => [stream.id, stream])).values()];
  return {
    live: streams.filter(isLiveToViewers),
    upcoming: streams.filter(({ state }) => state === 'created'),
    recordings: streams.filter(({ state }) => state === 'ended'),
  };
};
