import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { Fragment, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { PersonView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { useFormats } from '../words/formats.ts';

/** So many are named; of the others it is said how many they are. */
const NAMED = 3;

/** Who has followed since this is looked at, the latest first. They are asked for again and again: nothing of it is pushed. */
export const NewFollowers = ({ handle }: { handle: string }) => {
  const t = useTranslations('audience');
  const { queries } = useApp();
  const { counted } = useFormats();
  const { data: newest } = useQuery(queries.newestFollowers(handle));
  const [known, setKnown] = useState<{ before: ReadonlySet<string>; since: readonly PersonView[] }>();
  if (newest && !known) setKnown({ before: new Set(newest.map(({ id }) => id)), since: [] });
  if (newest && known) {
    const there = new Set([...known.before, ...known.since.map(({ id }) => id)]);
    const come = newest.filter(({ id }) => !there.has(id));
    if (come.length > 0) setKnown({ ...known, since: [...come, ...known.since] });
  }
  const since = known?.since ?? [];
  return (
    <output className="chat__followers">
      {since.length > 0 && (
        <>
          <UserPlus aria-hidden="true" />
          <span>
            {t.rich('newFollowers', {
              ...counted(since.length),
              who: () =>
                since.slice(0, NAMED).map(({ id, name }, at) => (
                  <Fragment key={id}>
                    {at > 0 && t('listComma')}
                    <bdi>{name}</bdi>
                  </Fragment>
                )),
            })}
          </span>
        </>
      )}
    </output>
  );
};
