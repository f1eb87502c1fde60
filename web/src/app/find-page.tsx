import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Clapperboard, Hash, Search, UsersRound } from 'lucide-react';
import * as Tabs from 'radix-ui/tabs';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { buttonClass } from '../ui/button.tsx';
import { CategoryLinks } from '../ui/category-links.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Page } from '../ui/page.tsx';
import { PersonLink } from '../ui/person-link.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { StreamGrid, StreamGridSkeleton } from '../ui/stream-grid.tsx';
import '../ui/tabs.css';
import { type Find, FIND_KINDS, type FindKind, kindOf } from './find.ts';
import './find-page.css';
import { SearchBox } from './search-box.tsx';

/** What is found: people, shows and tags, each asked for once it is looked at. */
export const FindPage = () => {
  const t = useTranslations('find');
  const navigate = useNavigate();
  const find = useSearch({ from: '/find' });
  const { q = '' } = find;
  const shown = useShownKind(find);
  const show = (kind: string) =>
    void navigate({
      to: '/find',
      search: (now) => ({ ...now, kind: FIND_KINDS.find((one) => one === kind) }),
      replace: true,
    });
  return (
    <Page title={q === '' ? t('search') : t('resultsFor', { words: q })}>
      <h1 className="visually-hidden">{q === '' ? t('search') : t('resultsFor', { words: q })}</h1>
      <div className="find__box">
        <SearchBox className="search-box--page" focused={q === ''} />
      </div>
      {q === '' ? (
        <>
          <EmptyState icon={<Search />} title={t('whatAreYouLookingFor')}>
            {t('peopleShowsAndTags')}
          </EmptyState>
          <CategoryLinks />
        </>
      ) : (
        <Tabs.Root value={shown ?? kindOf(find)} onValueChange={show}>
          <Tabs.List className="tabs" aria-label={t('whichResults')}>
            {FIND_KINDS.map((kind) => (
              <Tabs.Trigger key={kind} className="tabs__tab" value={kind}>
                {t(kind)}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {FIND_KINDS.map((kind) => (
            <Tabs.Content key={kind} value={kind}>
              {shown === undefined ? <Spinner label={t('searching')} /> : RESULTS[kind](q)}
            </Tabs.Content>
          ))}
        </Tabs.Root>
      )}
    </Page>
  );
};

type Found = { data?: { pages: readonly { items: readonly unknown[] }[] } | undefined; hasNextPage: boolean };

const isEmpty = ({ data, hasNextPage }: Found): boolean =>
  data !== undefined && !hasNextPage && data.pages.every(({ items }) => items.length === 0);

/**
 * Which results are shown: those that were chosen, else the first of which there are any, so that nobody is told that nothing was found
 * who looks for a show; undefined while that is not known yet.
 */
const useShownKind = (find: Find): FindKind | undefined => {
  const { queries } = useApp();
  const { q = '', kind } = find;
  const meant = kindOf(find);
  const people = useInfiniteQuery({
    ...queries.peopleFound(q),
    enabled: q !== '' && kind === undefined && meant === 'people',
  });
  const nobody = kind === undefined && meant === 'people' && isEmpty(people);
  const shows = useInfiniteQuery({ ...queries.streamsFound(q), enabled: nobody });
  const nothing = nobody && isEmpty(shows);
  const tags = useInfiniteQuery({ ...queries.tagsFound(q), enabled: nothing });
  if (!nobody) return meant;
  if (!nothing) return shows.isPending ? undefined : shows.data ? 'shows' : meant;
  return tags.isPending ? undefined : isEmpty(tags) ? meant : 'tags';
};

const RESULTS: Record<FindKind, (q: string) => ReactNode> = {
  people: (q) => <People q={q} />,
  shows: (q) => <Shows q={q} />,
  tags: (q) => <Tags q={q} />,
};

const Nothing = ({ icon, q }: { icon: ReactNode; q: string }) => {
  const t = useTranslations('find');
  return (
    <EmptyState icon={icon} title={t('nothingFound', { words: q })}>
      {t('tryFewerLetters')}
    </EmptyState>
  );
};

const People = ({ q }: { q: string }) => {
  const t = useTranslations('find');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.peopleFound(q));
  if (list.isPending) return <Spinner label={t('searching')} />;
  if (!list.data) return <LoadFailed title={t('notSearched')} error={list.error} onRetry={() => void list.refetch()} />;
  const people = list.data.pages.flatMap(({ items }) => items);
  if (people.length === 0 && !list.hasNextPage) return <Nothing icon={<UsersRound />} q={q} />;
  return (
    <>
      <ul className="find__people">
        {people.map((person) => (
          <li key={person.id}>
            <PersonLink person={person} />
          </li>
        ))}
      </ul>
      <MoreButton list={list} />
    </>
  );
};

const Shows = ({ q }: { q: string }) => {
  const t = useTranslations('find');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.streamsFound(q));
  if (list.isPending) return <StreamGridSkeleton />;
  if (!list.data) return <LoadFailed title={t('notSearched')} error={list.error} onRetry={() => void list.refetch()} />;
  const streams = list.data.pages.flatMap(({ items }) => items);
  if (streams.length === 0 && !list.hasNextPage) return <Nothing icon={<Clapperboard />} q={q} />;
  return (
    <>
      <StreamGrid streams={streams} />
      <MoreButton list={list} />
    </>
  );
};

const Tags = ({ q }: { q: string }) => {
  const t = useTranslations('find');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.tagsFound(q));
  if (list.isPending) return <Spinner label={t('searching')} />;
  if (!list.data) return <LoadFailed title={t('notSearched')} error={list.error} onRetry={() => void list.refetch()} />;
  const tags = list.data.pages.flatMap(({ items }) => items);
  if (tags.length === 0 && !list.hasNextPage) return <Nothing icon={<Hash />} q={q} />;
  return (
    <>
      <ul className="find__tags">
        {tags.map(({ tag }) => (
          <li key={tag}>
            <Link to="/tag/$tag" params={{ tag }} className={`${buttonClass()} find__tag`}>
              <bdi>#{tag}</bdi>
            </Link>
          </li>
        ))}
      </ul>
      <MoreButton list={list} />
    </>
  );
};
