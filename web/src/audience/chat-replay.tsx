import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { ChatMessageView } from '#contract/chat';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Spinner } from '../ui/spinner.tsx';
import './audience.css';
import { MessageLine } from './message-line.tsx';
import { useStuckToEnd } from './use-stuck-to-end.ts';

/** The recording is looked at in steps of this long: each is asked for once. */
const STEP_SECONDS = 10;

type Props = { streamId: string; startedAt: string; seconds: number };

/** What was said, beside the recording at the moment that is played. */
export const ChatReplay = ({ streamId, startedAt, seconds }: Props) => {
  const t = useTranslations('audience');
  const { queries } = useApp();
  const began = Math.floor(seconds / STEP_SECONDS) * STEP_SECONDS;
  // so much may have been said within a step that all of an answer is of later than now: what was before it is shown with it
  const before = useQuery(queries.chatAt(streamId, began));
  const within = useQuery(queries.chatAt(streamId, began + STEP_SECONDS));
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const until = Date.parse(startedAt) + seconds * 1_000;
  const known = inOrder([before.data?.items ?? [], within.data?.items ?? []]);
  const shown = known.filter(({ at }) => Date.parse(at) <= until);
  const { list } = useStuckToEnd({ last: shown.at(-1)?.seq ?? 0, countAfter: () => 0 });
  const error = before.error ?? within.error;
  const nothing = () => {
    if (error)
      return (
        <LoadFailed
          title={t('theChatCouldNotBe')}
          error={error}
          onRetry={() => void Promise.all([before.refetch(), within.refetch()])}
        />
      );
    if (before.data && within.data) return <p className="chat__empty muted">{t('nothingHadBeenSaidBy')}</p>;
    return (
      <div className="chat__empty">
        <Spinner label={t('loadingTheChat')} />
      </div>
    );
  };
  return (
    <section className="chat chat--replay" aria-label={t('chatReplay')}>
      <header className="chat__header">
        <h2>{t('chatReplay')}</h2>
      </header>
      <div className="chat__scroll">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard */}
        <div ref={list} className="chat__list" tabIndex={0}>
          {shown.length === 0 && nothing()}
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

/** Messages of several answers, each once. */
const inOrder = (pages: readonly (readonly ChatMessageView[])[]): ChatMessageView[] =>
  [...new Map(pages.flat().map((message) => [message.seq, message])).values()].sort((a, b) => a.seq - b.seq);
