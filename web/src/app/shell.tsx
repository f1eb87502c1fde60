import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { Clapperboard, Search } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { AccountCorner } from '../people/account-corner.tsx';
import { FollowedLiveMark } from '../people/followed-live.tsx';
import { SearchBox } from './search-box.tsx';
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
        const main = document.getElementById('main');
        // a page may have a field of its own to begin with
        if (fromLocation && pathChanged && !main?.contains(document.activeElement))
          main?.focus({ preventScroll: true });
      }),
    [router],
  );
  useEffect(refuseFiles, []);
  useEffect(() => onSearchKey(() => void router.navigate({ to: '/find' })), [router]);
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
          <SearchBox className="search-box--header" />
          <Link to="/find" className="icon-button header__find" aria-label={t('search')}>
            <Search aria-hidden="true" />
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

const TYPING = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])';
const OF_A_DIALOG = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/** The key `/` leads to the field that is on the page; where none can be seen, `open` leads to the page that has one. */
const onSearchKey = (open: () => void) => {
  const over = new AbortController();
  const press = (event: KeyboardEvent) => {
    const { target } = event;
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target instanceof Element && target.closest(`${TYPING}, ${OF_A_DIALOG}`)) return;
    event.preventDefault();
    const fields = [...document.querySelectorAll<HTMLInputElement>('.search-box input')];
    const visible = fields.find((field) => field.checkVisibility());
    if (!visible) return open();
    visible.focus();
    visible.select();
  };
  window.addEventListener('keydown', press, { signal: over.signal });
  return () => over.abort();
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
