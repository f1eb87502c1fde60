import { Link } from '@tanstack/react-router';
import { Download, LogOut, Settings, ShieldCheck, UserRound } from 'lucide-react';
import * as DropdownMenu from 'radix-ui/dropdown-menu';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import type { MeView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { LanguageChoices } from './language-choices.tsx';
import { useOffAir } from './use-off-air.ts';
import { MenuItem, MenuLink } from '../ui/menu.tsx';

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
      <MenuLink>
        <Link to="/@{$handle}" params={{ handle: me.handle }}>
          <UserRound aria-hidden="true" />
          {t('profile')}
        </Link>
      </MenuLink>
      <MenuLink>
        <Link to="/settings">
          <Settings aria-hidden="true" />
          {t('settings')}
        </Link>
      </MenuLink>
      {me.roles.includes('moderator') && (
        <MenuLink>
          <Link to="/moderation">
            <ShieldCheck aria-hidden="true" />
            {t('reports')}
          </Link>
        </MenuLink>
      )}
      {installable && (
        <MenuItem icon={Download} onSelect={() => void installation.install()}>
          {t('install')}
        </MenuItem>
      )}
      <DropdownMenu.Separator className="menu__separator" />
      <LanguageChoices />
      <DropdownMenu.Separator className="menu__separator" />
      <MenuItem icon={LogOut} onSelect={offAir(() => void signInSession.signOut())}>
        {t('signOut')}
      </MenuItem>
    </>
  );
};
