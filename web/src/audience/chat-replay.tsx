import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ChatMessageView } from '#contract/chat';
import { useApp, useSignedIn } from '../context/app-context.ts';
import './audience.css';
import { MessageLine } from './message-line.tsx';
import { useStuckToEnd } from './use-stuck-to-end.ts';

/** The recording is looked at in steps of this long: each is asked for once. */
const STEP_SECONDS = 10;
/** So far ahead is asked for, so that a message is there when its moment comes. */
const AHEAD_STEPS = 1;

type Props = { streamId: string; startedAt: string; seconds: number };

/** What was said, beside the recording at the moment that is played. */
export const ChatReplay = ({ streamId, startedAt, seconds }: Props) => {
  const t = useTranslations('audience');
  const { queries } = useApp();
  const step = (Math.floor(seconds / STEP_SECONDS) + AHEAD_STEPS) * STEP_SECONDS;
  const { data } = useQuery(queries.chatAt(streamId, step));
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const [known, setKnown] = useState<readonly ChatMessageView[]>([]);
  if (data && data.items !== known) setKnown(data.items);
  const until = Date.parse(startedAt) + seconds * 1_000;
  const shown = known.filter(({ at }) => Date.parse(at) <= until);
  const { list } = useStuckToEnd({ last: shown.at(-1)?.seq ?? 0, countAfter: () => 0 });
  return (
    <section className="chat chat--replay" aria-label={t('chatReplay')}>
      <header className="chat__header">
        <h2>{t('chatReplay')}</h2>
      </header>
      <div className="chat__scroll">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard */}
        <div ref={list} className="chat__list" tabIndex={0}>
          {shown.length === 0 && <p className="chat__empty muted">{t('nothingHadBeenSaidBy')}</p>}
          <ol>
            {shown.map((message) => (
              <MessageLine key={message.seq} streamId={streamId} message={message} me={me?.handle} moderates={false} />
            ))}
          </ol>
        </div>
      </div>
    </section>
  );
};
