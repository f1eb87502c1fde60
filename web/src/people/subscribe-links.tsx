import { CalendarPlus, CalendarSync, Copy, Rss, Smartphone } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useTranslations } from 'use-intl';
import { feedPaths } from '#contract/app-paths';
import type { ProfileView } from '#contract/http';
import { buttonClass } from '../ui/button.tsx';
import '../ui/menu.css';
import { useShareLink } from '../ui/share.ts';
import { MenuItem, MenuLink } from '../ui/menu.tsx';

const LOOK = buttonClass({ variant: 'ghost', size: 's' });

/** Where other programs read what somebody makes: their shows in a calendar, all of it in a reader of feeds. */
export const SubscribeLinks = ({ person }: { person: Pick<ProfileView, 'handle' | 'name' | 'creator'> }) => {
  const t = useTranslations('people');
  const { atom } = feedPaths(person.handle);
  return (
    <>
      {person.creator && <CalendarMenu person={person} />}
      <a href={atom} type="application/atom+xml" className={LOOK}>
        <Rss aria-hidden="true" />
        {t('feed')}
      </a>
    </>
  );
};

const CalendarMenu = ({ person }: { person: Pick<ProfileView, 'handle' | 'name'> }) => {
  const t = useTranslations('people');
  const shareLink = useShareLink();
  const url = new URL(feedPaths(person.handle).calendar, location.origin);
  // opened by the calendar itself, which then looks again and again; a file would be taken in once
  const subscribed = `webcal://${url.host}${url.pathname}`;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={LOOK}>
        <CalendarPlus aria-hidden="true" />
        {t('addShowsToCalendar')}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          <MenuLink>
            <a href={subscribed}>
              <Smartphone aria-hidden="true" />
              {t('calendarOnThisDevice')}
            </a>
          </MenuLink>
          <MenuLink>
            <a
              href={`https://calendar.google.com/calendar/r?cid=${encodeURIComponent(subscribed)}`}
              target="_blank"
              rel="noreferrer"
            >
              <CalendarSync aria-hidden="true" />
              {t('googleCalendar')}
            </a>
          </MenuLink>
          <MenuItem
            icon={Copy}
            onSelect={() => shareLink({ url: url.href, title: t('showsBy', { name: person.name }) })}
          >
            {t('copyCalendarLink')}
          </MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};
