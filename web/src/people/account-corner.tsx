import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LogOut, RotateCw, Settings, ShieldCheck, UserRound } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import '../ui/menu.css';
import './account-corner.css';
import { LanguageChoices, LanguageMenu } from './language-menu.tsx';
import { SignInButton } from './sign-in-button.tsx';
import { useOffAir } from './use-off-air.ts';

/** The end of the header: who is signed in and what they may do about it, or the way to sign in. */
export const AccountCorner = () =>
  useSignedIn() ? (
    <AccountMenu />
  ) : (
    <>
      <LanguageMenu />
      <SignInButton />
    </>
  );

const AccountMenu = () => {
  const t = useTranslations('people');
  const { signInSession, queries } = useApp();
  const offAir = useOffAir();
  const { data: me, isError, refetch } = useQuery(queries.me());
  if (isError && !me)
    return <IconButton label={t('yourAccountCouldNotBe')} icon={<RotateCw />} onClick={() => void refetch()} />;
  if (!me) return <Skeleton round width="2.5rem" height="2.5rem" />;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="account-corner" aria-label={t('accountOf', { name: me.name })}>
        <Avatar person={me} live={me.liveStreamId !== undefined} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={8}>
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
          <DropdownMenu.Separator className="menu__separator" />
          <LanguageChoices />
          <DropdownMenu.Separator className="menu__separator" />
          <DropdownMenu.Item className="menu__item" onSelect={offAir(() => void signInSession.signOut())}>
            <LogOut aria-hidden="true" />
            {t('signOut')}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};
