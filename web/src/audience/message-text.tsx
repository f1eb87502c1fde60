import { Fragment } from 'react';
import { textParts } from '../ui/text-parts.ts';

/** Whether a message names this person: not somebody whose handle only begins alike, nor an e-mail address. */
export const names = (text: string, handle: string): boolean =>
  textParts(text).some((part) => part.type === 'person' && part.handle === handle);

/** What somebody wrote in a chat: text stays text; addresses become links, and mentions stand out, one's own most. */
export const MessageText = ({ text, me }: { text: string; me: string | undefined }) => (
  <span className="chat__text" dir="auto">
    {textParts(text).map((part, at) => {
      if (part.type === 'link')
        return (
          <a key={at} dir="ltr" href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        );
      if (part.type === 'person')
        return (
          <mark key={at} dir="ltr" className={`chat__mention${part.handle === me ? ' chat__mention--me' : ''}`}>
            {part.text}
          </mark>
        );
      return <Fragment key={at}>{part.text}</Fragment>;
    })}
  </span>
);
