import { useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { QUERY_CHARACTERS } from './find.ts';
import '../ui/button.css';
import '../ui/field.css';
import './search-box.css';

/** What is typed on the page of results is searched for once nothing has been typed for this long. */
const PAUSE_MS = 300;

/** The field in which people search. Enter leads to the results; on their page they follow what is typed. */
export const SearchBox = ({ focused = false, className }: { focused?: boolean; className: string }) => {
  const t = useTranslations('app');
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const onPage = useRouterState({ select: ({ location }) => location.pathname === '/find' });
  const { q = '' } = useSearch({ strict: false });
  const asked = onPage ? q : '';
  const [text, setText] = useState(asked);
  const [shown, setShown] = useState(asked);
  // another address: a link, or the way back
  if (asked !== shown) {
    setShown(asked);
    setText((typed) => (typed.trim() === asked ? typed : asked));
  }

  const words = text.trim();
  useEffect(() => {
    if (!onPage || words === q) return undefined;
    const pause = setTimeout(
      () => void navigate({ to: '/find', search: (now) => ({ ...now, q: words || undefined }), replace: true }),
      PAUSE_MS,
    );
    return () => clearTimeout(pause);
  }, [navigate, onPage, q, words]);

  useEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);

  return (
    <search className={`search-box ${className}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (words === '') field.current?.focus();
          else void navigate({ to: '/find', search: (now) => (onPage ? { ...now, q: words } : { q: words }) });
        }}
      >
        <Search aria-hidden="true" />
        <input
          ref={field}
          type="search"
          name="q"
          dir="auto"
          className="control"
          aria-label={t('search')}
          aria-keyshortcuts="/"
          placeholder={t('search')}
          maxLength={QUERY_CHARACTERS}
          autoComplete="off"
          enterKeyHint="search"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </form>
    </search>
  );
};
