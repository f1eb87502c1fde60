import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useTranslations } from 'use-intl';
import { useFollowedLive, useFollowedPushes } from '../context/use-followed-live.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Section } from '../ui/page.tsx';
import { StreamGrid } from '../ui/stream-grid.tsx';
import { useFormats } from '../words/formats.ts';
import '../ui/menu.css';
import './followed-live.css';

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
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger className="followed-live" aria-label={t('liveNowFollowed', counted(shows.length))}>
            <Radio aria-hidden="true" />
            <span aria-hidden="true">{compact(shows.length)}</span>
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu followed-live__menu" align="end" sideOffset={8}>
              <DropdownMenu.Label className="menu__label">
                <strong>{t('liveNow')}</strong>
              </DropdownMenu.Label>
              {shows.map(({ id, creator, title }) => (
                <DropdownMenu.Item key={id} className="menu__item" asChild>
                  <Link to="/watch/$streamId" params={{ streamId: id }}>
                    <Avatar person={creator} size="s" live />
                    <span className="followed-live__words">
                      <strong>
                        <bdi>{creator.name}</bdi>
                      </strong>
                      <bdi className="muted">{title}</bdi>
                    </span>
                  </Link>
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </>
  );
};
