import { useInfiniteQuery } from '@tanstack/react-query';
import { UsersRound } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { PersonLink } from '../ui/person-link.tsx';
import { Spinner } from '../ui/spinner.tsx';
import './people.css';

type Which = 'followers' | 'following';
type Props = { handle: string; which: Which | undefined; onClose: () => void };

/** Who follows a person, or whom that person follows. */
export const PeopleDialog = ({ handle, which, onClose }: Props) => {
  const t = useTranslations('people');
  return (
    <Dialog open={which !== undefined} onOpenChange={(open) => !open && onClose()} title={which ? t(which) : ''}>
      {which && <PeopleList handle={handle} which={which} onChosen={onClose} />}
    </Dialog>
  );
};

const PeopleList = ({ handle, which, onChosen }: { handle: string; which: Which; onChosen: () => void }) => {
  const t = useTranslations('people');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.people(handle, which));
  if (list.isPending) return <Spinner label={t('loadingPeople')} />;
  if (!list.data)
    return <LoadFailed title={t('theListCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />;
  const people = list.data.pages.flatMap(({ items }) => items);
  if (people.length === 0) return <EmptyState icon={<UsersRound />} title={t('nobodyYet')} />;
  return (
    <>
      <ul className="people">
        {people.map((person) => (
          <li key={person.id}>
            <PersonLink person={person} onClick={onChosen} />
          </li>
        ))}
      </ul>
      <MoreButton list={list} />
    </>
  );
};
