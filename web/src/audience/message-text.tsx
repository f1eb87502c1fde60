import { Fragment } from 'react';
import { textParts } from '../ui/text-parts.ts';

const MENTION = /@[a-z0-9_]{3,30}/gi;

/** What somebody wrote in a chat: text stays text; addresses become links, and mentions stand out, one's own most. */
export const MessageText = ({ text, me }: { text: string; me: string | undefined }) => (
  <span className="chat__text" dir="auto">
    {textParts(text).map((part, at) =>
      part.type === 'link' ? (
        <a key={at} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
          {part.text}
        </a>
      ) : (
        <Fragment key={at}>{withMentions(part.text, me)}</Fragment>
      ),
    )}
  </span>
);

const withMentions = (text: string, me: string | undefined) => {
  const parts = [];
  let from = 0;
  for (const { 0: mention, index } of text.matchAll(MENTION)) {
    const mine = mention.slice(1).toLowerCase() === me;
    parts.push(
      text.slice(from, index),
      <mark key={index} className={`chat__mention${mine ? ' chat__mention--me' : ''}`}>
        {mention}
      </mark>,
    );
    from = index + mention.length;
  }
  return [...parts, text.slice(from)];
};
