import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { PersonView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { useFocusKept } from '../ui/focus-kept.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Card } from '../ui/page.tsx';
import { PersonLink } from '../ui/person-link.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import './people.css';
import './settings-page.css';
import { useBlock } from './use-block.ts';

/** Whom one has blocked, and the way back. */
export const BlockedPeople = () => {
  const t = useTranslations('people');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.blocked());
  const people = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const place = useFocusKept<HTMLDivElement>(people.length);
  return (
    <Card className="settings__form">
      <div ref={place} tabIndex={-1} className="settings__words">
        <h2 className="settings__heading">{t('blockedPeople')}</h2>
        <p className="muted">{t('theyCannotFollowYouOr')}</p>
      </div>
      {list.isPending && (
        <Loading label={t('loadingBlockedPeople')}>
          <Skeleton height="3rem" />
        </Loading>
      )}
      {list.isError && !list.data && (
        <LoadFailed title={t('theListCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data && people.length === 0 && <p>{t('youHaveNotBlockedAnybody')}</p>}
      {people.length > 0 && (
        <ul className="people">
          {people.map((person) => (
            <Blocked key={person.id} person={person} />
          ))}
        </ul>
      )}
      <MoreButton list={list} />
    </Card>
  );
};

const Blocked = ({ person }: { person: PersonView }) => {
  const t = useTranslations('people');
  const block = useBlock(person.handle);
  return (
    <li className="settings__leave">
      <PersonLink person={person} />
      <Button
        size="s"
        busy={block.isPending}
        aria-label={t('unblockPerson', { name: person.name })}
        onClick={() => block.mutate(false)}
      >
        {t('unblock')}
      </Button>
    </li>
  );
};
