import { useQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { menuButton } from '../ui/menu-button.tsx';
import { part } from '../ui/part.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import './account-corner.css';
import { LanguageMenu } from './language-menu.tsx';
import { SignInButton } from './sign-in-button.tsx';

const AccountButton = menuButton(part(async () => (await import('./account-menu.tsx')).AccountMenu));

/** The end of the header: who is signed in and what they may do about it, or the way to sign in. */
export const AccountCorner = () =>
  useSignedIn() ? (
    <Account />
  ) : (
    <>
      <LanguageMenu />
      <SignInButton />
    </>
  );

const Account = () => {
  const t = useTranslations('people');
  const { queries } = useApp();
  const { data: me, isError, refetch } = useQuery(queries.me());
  if (isError && !me) {
    const again = t('yourAccountCouldNotBe');
    return (
      <button type="button" className="icon-button" aria-label={again} title={again} onClick={() => void refetch()}>
        <RotateCw aria-hidden="true" />
      </button>
    );
  }
  if (!me) return <Skeleton round width="2.5rem" height="2.5rem" />;
  return (
    <AccountButton
      className="account-corner"
      aria-label={t('accountOf', { name: me.name })}
      menu={{ sideOffset: 8 }}
      given={{ me }}
    >
      <Avatar person={me} live={me.liveStreamId !== undefined} />
    </AccountButton>
  );
};
