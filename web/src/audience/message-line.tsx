import { CornerUpRight } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Badge } from '../ui/badge.tsx';
import { MessageMenu, type MessageProps } from './message-menu.tsx';
import { MessageText, names } from './message-text.tsx';
import { useFormats } from '../words/formats.ts';

/** One message, and what can be done about it. */
export const MessageLine = ({ streamId, message, me, moderates, onReply }: MessageProps) => {
  const t = useTranslations('audience');
  const { clock } = useFormats();
  const { from, text, at, replyTo } = message;
  const toMe = me !== undefined && (replyTo?.handle === me || names(text, me));
  return (
    <li className={`chat__message${toMe ? ' chat__message--to-me' : ''}`}>
      <div className="chat__words">
        {replyTo && (
          <p className="chat__quoted">
            <CornerUpRight aria-hidden="true" />
            <span className="visually-hidden">{t('inAnswerTo')} </span>
            <bdi>@{replyTo.handle}</bdi>: <bdi>{replyTo.text}</bdi>
          </p>
        )}
        <p>
          <span className="chat__author">
            <bdi>{from.name}</bdi>
          </span>
          {from.badge && <Badge tone="primary">{t(`badge.${from.badge}`)}</Badge>}
          {/* between them stands a blank: without it a line is broken within a word of the text */}
          <span className="visually-hidden">: </span> <MessageText text={text} me={me} />{' '}
          <time className="chat__time" dateTime={at}>
            {clock(Date.parse(at))}
          </time>
        </p>
      </div>
      <MessageMenu streamId={streamId} message={message} me={me} moderates={moderates} onReply={onReply} />
    </li>
  );
};
