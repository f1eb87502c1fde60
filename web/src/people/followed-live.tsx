import { Radio } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useFollowedLive, useFollowedPushes } from '../context/use-followed-live.ts';
import { menuButton } from '../ui/menu-button.tsx';
import { Section } from '../ui/page.tsx';
import { part } from '../ui/part.ts';
import { StreamGrid } from '../ui/stream-grid.tsx';
import { useFormats } from '../words/formats.ts';
import './followed-live.css';

const ShowsButton = menuButton(part(async () => (await import('./followed-live-menu.tsx')).FollowedLiveMenu));

/** Whom one follows that is live now; nothing where nobody is. */
export const FollowedLive = () => {
  const t = useTranslations('people');
  const shows = useFollowedLive();
  if (!shows?.length) return null;
  return (
    <Section id="followed-live" title={t('liveFromPeopleYouFollow')}>
      <StreamGrid streams={shows} />
    </Section>
  );
};

/** The mark in the header: how many of those whom one follows are live, and the way to each. Hears what is pushed of them. */
export const FollowedLiveMark = () => {
  const t = useTranslations('people');
  const { compact, counted } = useFormats();
  useFollowedPushes();
  const shows = useFollowedLive();
  return (
    <>
      <output className="visually-hidden">{shows?.length ? t('followedAreLive', counted(shows.length)) : ''}</output>
      {!!shows?.length && (
        <ShowsButton
          className="followed-live"
          aria-label={t('liveNowFollowed', counted(shows.length))}
          menu={{ className: 'followed-live__menu', sideOffset: 8 }}
          given={{ shows }}
        >
          <Radio aria-hidden="true" />
          <span aria-hidden="true">{compact(shows.length)}</span>
        </ShowsButton>
      )}
    </>
  );
};
