import { useInfiniteQuery } from '@tanstack/react-query';
import { Clapperboard } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Section } from '../ui/page.tsx';
import { StreamGrid, StreamGridSkeleton } from '../ui/stream-grid.tsx';

/** All shows of mine that came about, newest first, with their recordings. */
export const MyStreams = () => {
  const t = useTranslations('studio');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.myStreams());
  // What is announced stands by itself; what was never begun is nobody's show, and is taken up again by the next.
  const streams = list.data?.pages.flatMap(({ items }) => items.filter(hasBegun)) ?? [];
  return (
    <Section id="my-streams" title={t('yourShows')}>
      {list.isPending && <StreamGridSkeleton />}
      {list.isError && !list.data && (
        <LoadFailed title={t('yourShowsCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data && streams.length === 0 && !list.hasNextPage && (
        <EmptyState icon={<Clapperboard />} title={t('noShowsYet')}>
          {t('yourFirstOneAppearsHere')}
        </EmptyState>
      )}
      {streams.length > 0 && <StreamGrid streams={streams} showCreator={false} manage />}
      <MoreButton list={list} />
    </Section>
  );
};

const hasBegun = ({ state, startedAt }: StreamView) => startedAt !== undefined || state === 'connecting';
