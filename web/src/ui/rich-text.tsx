import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { textParts, withoutTowers } from './text-parts.ts';
import './rich-text.css';

/** What a person wrote: text stays text, with its line breaks; http(s) addresses, handles and tags become links. */
export const RichText = ({ text }: { text: string }) => (
  <p className="rich-text" dir="auto">
    {textParts(withoutTowers(text)).map((part, at) =>
      part.type === 'link' ? (
        // oxlint-disable-next-line react/no-array-index-key -- the parts of one text have no other identity
        <a key={at} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
          {part.text}
        </a>
      ) : part.type === 'person' ? (
        // oxlint-disable-next-line react/no-array-index-key -- as above
        <Link key={at} to="/@{$handle}" params={{ handle: part.handle }}>
          <bdi>{part.text}</bdi>
        </Link>
      ) : part.type === 'tag' ? (
        // oxlint-disable-next-line react/no-array-index-key -- as above
        <Link key={at} to="/tag/$tag" params={{ tag: part.tag }}>
          <bdi>{part.text}</bdi>
        </Link>
      ) : (
        // oxlint-disable-next-line react/no-array-index-key -- as above
        <Fragment key={at}>{part.text}</Fragment>
      ),
    )}
  </p>
);
