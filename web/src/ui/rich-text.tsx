import { Link } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { useTranslations } from 'use-intl';
import { foldedParts } from './folded-parts.ts';
import { textParts, type TextPart } from './text-parts.ts';
import './rich-text.css';

type Props = {
  text: string;
  /** Shows the beginning of a long text, and the rest when it is asked for. @default false */
  fold?: boolean;
  /** In which language it is written, BCP 47, where that is known. */
  lang?: string | undefined;
};

/** What a person wrote: text stays text, with its line breaks; http(s) addresses, handles and tags become links. */
export const RichText = ({ text, fold = false, lang }: Props) => {
  const t = useTranslations('ui');
  const [open, setOpen] = useState(false);
  const parts = textParts(text);
  const folded = fold ? foldedParts(parts) : undefined;
  if (!folded)
    return (
      <p className="rich-text" dir="auto" lang={lang}>
        <Parts parts={parts} />
      </p>
    );
  return (
    <div className="folded">
      <p className="rich-text" dir="auto" lang={lang}>
        <Parts parts={open ? parts : folded} />
        {!open && '…'}
      </p>
      <button type="button" className="folded__button" onClick={() => setOpen(!open)}>
        {open ? t('foldAgain') : t('unfold')}
      </button>
    </div>
  );
};

const Parts = ({ parts }: { parts: readonly TextPart[] }) =>
  parts.map((part, at) =>
    part.type === 'link' ? (
      <a key={at} dir="ltr" href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
        {part.text}
      </a>
    ) : part.type === 'person' ? (
      <Link key={at} to="/@{$handle}" params={{ handle: part.handle }}>
        <bdi>{part.text}</bdi>
      </Link>
    ) : part.type === 'tag' ? (
      <Link key={at} to="/tag/$tag" params={{ tag: part.tag }}>
        <bdi>{part.text}</bdi>
      </Link>
    ) : (
      <Fragment key={at}>{part.text}</Fragment>
    ),
  );
