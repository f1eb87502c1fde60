import { Link } from '@tanstack/react-router';
import { Download, LogOut, Settings, ShieldCheck, UserRound } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import type { MeView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { LanguageChoices } from './language-choices.tsx';
import { useOffAir } from './use-off-air.ts';

/** What the signed-in may do about their account, and the languages. */
export const AccountMenu = ({ me }: { me: MeView }) => {
  const t = useTranslations('people');
  const { signInSession, installation } = useApp();
  const installable = useSyncExternalStore(installation.subscribe, installation.isOffered);
  const offAir = useOffAir();
  return (
    <>
      <DropdownMenu.Label className="menu__label">
        <strong>
          <bdi>{me.name}</bdi>
        </strong>
        <bdi className="muted">@{me.handle}</bdi>
      </DropdownMenu.Label>
      <DropdownMenu.Separator className="menu__separator" />
      <DropdownMenu.Item className="menu__item" asChild>
        <Link to="/@{$handle}" params={{ handle: me.handle }}>
          <UserRound aria-hidden="true" />
          {t('profile')}
        </Link>
      </DropdownMenu.Item>
      <DropdownMenu.Item className="menu__item" asChild>
        <Link to="/settings">
          <Settings aria-hidden="true" />
          {t('settings')}
        </Link>
      </DropdownMenu.Item>
      {me.roles.includes('moderator') && (
        <DropdownMenu.Item className="menu__item" asChild>
          <Link to="/moderation">
            <ShieldCheck aria-hidden="true" />
            {t('reports')}
          </Link>
        </DropdownMenu.Item>
      )}
      {installable && (
        <DropdownMenu.Item className="menu__item" onSelect={() => void installation.install()}>
          <Download aria-hidden="true" />
          {t('install')}
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Separator className="menu__separator" />
      <LanguageChoices />
      <DropdownMenu.Separator className="menu__separator" />
      <DropdownMenu.Item className="menu__item" onSelect={offAir(() => void signInSession.signOut())}>
        <LogOut aria-hidden="true" />
        {t('signOut')}
      </DropdownMenu.Item>
    </>
  );
};
