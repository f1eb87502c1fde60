import { useQuery } from '@tanstack/react-query';
import { ArrowDown, MessagesSquare, Pin } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ChatMessageView } from '#contract/chat';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useLive } from '../context/use-live.ts';
import { type ChatLog, withMessages } from '../realtime/chat-log.ts';
import { Button } from '../ui/button.tsx';
import { Late } from '../ui/late.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { Viewers } from '../ui/viewers.tsx';
import './audience.css';
import { Composer } from './composer.tsx';
import { MessageLine } from './message-line.tsx';
import { MessageText } from './message-text.tsx';
import { NewFollowers } from './new-followers.tsx';
import { Reactions } from './reactions.tsx';
import { StudioTools, useStudioTools } from './studio-tools.tsx';
import { type Sender, useOutbox } from './use-outbox.ts';
import { useStuckToEnd } from './use-stuck-to-end.ts';

const loadTools = () => import('./moderation-tools.tsx');

type Props = {
  streamId: string;
  /** In a studio its creator reads it from afar, in a window of its own, or by ear. @default false */
  studio?: boolean;
};

/** The chat of a show that is on the air, or about to be: what is said, and the line to say something. */
export const AudiencePanel = ({ streamId, studio = false }: Props) => {
  const t = useTranslations('audience');
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const now = useLive(streamId, { mine: studio });
  const { data: me } = useQuery({ ...queries.me(), enabled: signedIn });
  const { data: standing } = useQuery({ ...queries.chatStanding(streamId), enabled: signedIn });
  const sender = useOutbox(streamId);
  const [replyTo, setReplyTo] = useState<ChatMessageView>();
  const tools = useStudioTools(now?.chat, me?.handle);
  // one's own are shown whatever becomes of the way by which all others come
  const chat = now?.chat && withMessages(now.chat, sender.outbox.said);
  const moderates = standing !== undefined && standing.role !== 'viewer';
  const over = now?.state === 'ended';
  return (
    <section className={`chat${studio && tools.large ? ' chat--large' : ''}`} aria-label={t('chat')}>
      <header className="chat__header">
        <h2>{t('chat')}</h2>
        {studio && now && <Viewers viewers={now.viewers} />}
        <span className="chat__gap" />
        {studio && <StudioTools streamId={streamId} tools={tools} />}
        {moderates && chat && (
          <Late load={loadTools}>
            {({ ModerationTools }) => (
              <ModerationTools streamId={streamId} rules={chat.rules} creator={standing.role === 'creator'} />
            )}
          </Late>
        )}
      </header>
      {studio && me && standing?.role === 'creator' && !over && <NewFollowers handle={me.handle} />}
      {chat?.rules.pinned && (
        <p className="chat__pinned">
          <Pin aria-hidden="true" />
          <span>
            <b>
              <bdi>{chat.rules.pinned.from.name}</bdi>
            </b>{' '}
            <MessageText text={chat.rules.pinned.text} me={me?.handle} />
          </span>
        </p>
      )}
      {now?.chatOneIn !== undefined && (
        <p className="chat__sampled muted">{t('soMuchIsBeingSaid', { oneIn: now.chatOneIn })}</p>
      )}
      {chat ? (
        <Messages
          streamId={streamId}
          chat={chat}
          sender={sender}
          me={me?.handle}
          moderates={moderates}
          onReply={signedIn && !over ? setReplyTo : undefined}
        />
      ) : (
        <div className="chat__empty">
          <Spinner label={t('loadingTheChat')} />
        </div>
      )}
      {chat && !over && (
        <footer className="chat__footer">
          <Reactions streamId={streamId} counts={now?.reactions} burst={now?.burst} />
          <Composer
            signedIn={signedIn}
            rules={chat.rules}
            standing={standing}
            replyTo={replyTo}
            onReplyDropped={() => setReplyTo(undefined)}
            onSend={(text) => {
              sender.send(text, replyTo?.seq);
              setReplyTo(undefined);
            }}
          />
        </footer>
      )}
    </section>
  );
};

type MessagesProps = {
  streamId: string;
  chat: ChatLog;
  sender: Sender;
  me: string | undefined;
  moderates: boolean;
  onReply: ((message: ChatMessageView) => void) | undefined;
};

const Messages = ({ streamId, chat, sender, me, moderates, onReply }: MessagesProps) => {
  const t = useTranslations('audience');
  const { messages } = chat;
  const { list, unseen, toEnd } = useStuckToEnd({
    last: messages.at(-1)?.seq ?? 0,
    countAfter: (seq) => messages.filter((message) => message.seq > seq).length,
  });
  return (
    <div className="chat__scroll">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard */}
      <div ref={list} className="chat__list" role="log" aria-label={t('messages')} tabIndex={0}>
        {messages.length === 0 && sender.outbox.sending.length === 0 && (
          <p className="chat__empty muted">
            <MessagesSquare aria-hidden="true" />
            {t('nobodyHasSaidAnythingYet')}
          </p>
        )}
        <ol>
          {messages.map((message) => (
            <MessageLine
              key={message.seq}
              streamId={streamId}
              message={message}
              me={me}
              moderates={moderates}
              onReply={onReply && (() => onReply(message))}
            />
          ))}
          <OnItsWay sender={sender} me={me} />
        </ol>
      </div>
      {unseen > 0 && (
        <Button size="s" variant="primary" className="chat__unseen" icon={<ArrowDown />} onClick={toEnd}>
          {t('newMessages', { unseen })}
        </Button>
      )}
    </div>
  );
};

const OnItsWay = ({ sender, me }: { sender: Sender; me: string | undefined }) => {
  const t = useTranslations('audience');
  return sender.outbox.sending.map((message) => (
    <li key={message.clientId} className="chat__message chat__message--sending">
      <div className="chat__words">
        <p>
          <span className="chat__author">{t('you')}</span> <MessageText text={message.text} me={me} />
        </p>
        {message.at === 'held' && <p className="chat__fate">{t('aModeratorLooksAtThis')}</p>}
        {message.at === 'not-sent' && (
          <p className="chat__fate chat__fate--bad" role="alert">
            {t('notSent', { because: message.because ?? '' })}
            <span className="chat__choices">
              <Button size="s" onClick={() => sender.again(message)}>
                {t('tryAgain')}
              </Button>
              <Button size="s" variant="ghost" onClick={() => sender.giveUp(message.clientId)}>
                {t('giveUp')}
              </Button>
            </span>
          </p>
        )}
        {message.at === 'held' && (
          <Button size="s" variant="ghost" onClick={() => sender.giveUp(message.clientId)}>
            {t('ok')}
          </Button>
        )}
      </div>
    </li>
  ));
};
