import { CornerUpRight } from 'lucide-react';
import type { ChatMessageView } from '#contract/chat';
import { Badge } from '../ui/badge.tsx';
import { MessageMenu } from './message-menu.tsx';
import { MessageText } from './message-text.tsx';

const clock = new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' });
const BADGES = { creator: 'Creator', moderator: 'Moderator' } as const;

type Props = {
  streamId: string;
  message: ChatMessageView;
  me: string | undefined;
  moderates: boolean;
  onReply?: (() => void) | undefined;
};

/** One message, and what can be done about it. */
export const MessageLine = ({ streamId, message, me, moderates, onReply }: Props) => {
  const { from, text, at, replyTo } = message;
  const toMe = me !== undefined && (replyTo?.handle === me || text.toLowerCase().includes(`@${me}`));
  return (
    <li className={`chat__message${toMe ? ' chat__message--to-me' : ''}`}>
      <div className="chat__words">
        {replyTo && (
          <p className="chat__quoted">
            <CornerUpRight aria-hidden="true" />
            <span className="visually-hidden">In answer to </span>@{replyTo.handle}: {replyTo.text}
          </p>
        )}
        <p>
          <span className="chat__author">{from.name}</span>
          {from.badge && <Badge tone="primary">{BADGES[from.badge]}</Badge>}
          <span className="visually-hidden">: </span>
          <MessageText text={text} me={me} />
          <time className="chat__time" dateTime={at}>
            {clock.format(new Date(at))}
          </time>
        </p>
      </div>
      <MessageMenu streamId={streamId} message={message} me={me} moderates={moderates} onReply={onReply} />
    </li>
  );
};
