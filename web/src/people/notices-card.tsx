import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Card } from '../ui/page.tsx';
import { useFormats } from '../words/formats.ts';
import './settings-page.css';
import './notices-card.css';
import { useNotices } from './use-notices.ts';

/** Notices of shows that begin: whether this browser shows them, and of whose shows. */
export const NoticesCard = () => {
  const t = useTranslations('people');
  const { counted } = useFormats();
  const { queries } = useApp();
  const { isOn, turnOn, turnOff, permission } = useNotices();
  const { data: push } = useQuery(queries.push());
  const list = useInfiniteQuery(queries.bells());
  const people = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const elsewhere = (push?.browsers.length ?? 0) - (isOn ? 1 : 0);
  return (
    <Card className="settings__form">
      <div className="settings__leave">
        <div className="settings__words">
          <h2 className="settings__heading">{t('notices')}</h2>
          <p className="muted">{isOn ? t('thisBrowserTells') : t('thisBrowserIsSilent')}</p>
          {permission === 'refused' && <p className="muted">{t('noticesAreRefused')}</p>}
          {permission === 'impossible' && <p className="muted">{t('noticesAreImpossible')}</p>}
          {elsewhere > 0 && <p className="muted">{t('otherBrowsersTell', counted(elsewhere))}</p>}
        </div>
        {isOn ? (
          <Button busy={turnOff.isPending} onClick={() => turnOff.mutate()}>
            {t('turnOffHere')}
          </Button>
        ) : (
          <Button
            busy={turnOn.isPending}
            disabled={permission === 'impossible' || permission === 'refused'}
            onClick={() => turnOn.mutate()}
          >
            {t('turnOnHere')}
          </Button>
        )}
      </div>
      {list.error && !list.data && (
        <LoadFailed title={t('yourBellsCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data && people.length === 0 && <p className="muted">{t('toldOfNobody')}</p>}
      {people.length > 0 && (
        <ul className="bells" aria-label={t('peopleYouAreToldAbout')}>
          {people.map((person) => (
            <li key={person.id} className="bells__person">
              <Avatar person={person} size="s" />
              <Link to="/@{$handle}" params={{ handle: person.handle }} className="bells__name">
                <bdi>{person.name}</bdi> <bdi className="muted">@{person.handle}</bdi>
              </Link>
              <SilenceButton handle={person.handle} name={person.name} />
            </li>
          ))}
        </ul>
      )}
      <MoreButton list={list} />
    </Card>
  );
};

const SilenceButton = ({ handle, name }: { handle: string; name: string }) => {
  const t = useTranslations('people');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const silence = useMutation({
    mutationFn: () => api.notify(handle, false),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: queries.bells().queryKey }),
        queryClient.invalidateQueries({ queryKey: queries.profile(handle).queryKey }),
      ]),
  });
  return (
    <Button busy={silence.isPending} onClick={() => silence.mutate()} aria-label={t('stopTellingAbout', { name })}>
      {t('stopTelling')}
    </Button>
  );
};
