import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { Clapperboard } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { AccountCorner } from '../people/account-corner.tsx';
import { FollowedLiveMark } from '../people/followed-live.tsx';
import { StudioAbovePages } from '../studio/studio-slot.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import { OfflineBar } from '../ui/offline-bar.tsx';
import './shell.css';

/** What stands around every page: the skip link and the header. */
export const Shell = () => {
  const t = useTranslations('app');
  const router = useRouter();
  // A new page is read from its start, not from where the pressed link was.
  useEffect(
    () =>
      router.subscribe('onResolved', ({ fromLocation, pathChanged }) => {
        if (fromLocation && pathChanged) document.getElementById('main')?.focus({ preventScroll: true });
      }),
    [router],
  );
  useEffect(refuseFiles, []);
  return (
    <>
      <a className="skip-link" href="#main">
        {t('skipToContent')}
      </a>
      <header className="header">
        <div className="header__inner">
          <Link to="/" className="header__brand" aria-label={t('vybzzHome')}>
            <Logo />
            <span className="header__name">Vybzz</span>
          </Link>
          <nav className="header__nav" aria-label={t('main')}>
            <Link to="/studio" className={buttonClass({ variant: 'ghost' })}>
              <Clapperboard aria-hidden="true" />
              {t('studio')}
            </Link>
          </nav>
          <FollowedLiveMark />
          <AccountCorner />
        </div>
      </header>
      <OfflineBar />
      <StudioAbovePages>
        <Outlet />
      </StudioAbovePages>
    </>
  );
};

/** A file let go of beside its place would be opened in place of the app, and of the show that is sent from it. */
const refuseFiles = () => {
  const over = new AbortController();
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'none';
  };
  window.addEventListener('dragover', refuse, { signal: over.signal });
  window.addEventListener('drop', refuse, { signal: over.signal });
  return () => over.abort();
};
