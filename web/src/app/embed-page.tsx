import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { Component, useEffect, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import { ApiError, isKeptOut } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import { useLive } from '../context/use-live.ts';
import { isSettled } from '../realtime/snapshot.ts';
import { buttonClass } from '../ui/button.tsx';
import { Poster } from '../ui/poster.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { Playback } from '../watch/playback.tsx';
import { useErrorWords } from '../words/error-words.ts';
import './embed-page.css';

type Props = {
  streamId: string;
  /** Whether it plays at once, as far as the browser lets it; else when it is pressed, and loads the player only then. */
  autoplay: boolean;
};

/** A show inside a page of another site: its picture, and the way to where all of it is. */
export const EmbedPage = ({ streamId, autoplay }: Props) => {
  const t = useTranslations('sharing');
  const words = useErrorWords();
  const { queries } = useApp();
  const { data: stream, error, refetch } = useQuery(queries.stream(streamId));
  const gone = error instanceof ApiError && error.code === 'stream-not-found';
  const closed = isKeptOut(error);
  useEffect(() => {
    if (stream) document.title = `${stream.title} · Vybzz`;
  }, [stream]);
  if (stream && !closed && !gone) return <Embedded stream={stream} autoplay={autoplay} />;
  if (!error)
    return (
      <Words>
        <Spinner label={t('loadingTheShow')} />
      </Words>
    );
  if (gone) return <Words title={t('noSuchShow')}>{t('mayHaveBeenRemoved')}</Words>;
  if (closed)
    return (
      <Words title={t('forFollowers')}>
        <WatchLink streamId={streamId} />
      </Words>
    );
  return (
    <Words title={t('notLoaded')}>
      {words(error)}
      <button type="button" className={buttonClass()} onClick={() => void refetch()}>
        {t('tryAgain')}
      </button>
    </Words>
  );
};

const Embedded = ({ stream, autoplay }: { stream: StreamView; autoplay: boolean }) => {
  const t = useTranslations('sharing');
  const [wanted, setWanted] = useState(autoplay);
  const queryClient = useQueryClient();
  const now = useLive(isSettled(stream) ? undefined : stream.id);
  const shown = { ...stream, ...(now && { state: now.state, title: now.title, recording: now.recording }) };
  const ahead =
    now && (now.refused || now.state !== stream.state || now.recording !== stream.recording)
      ? `${now.state} ${now.recording} ${now.refused}`
      : undefined;
  useEffect(() => {
    if (ahead !== undefined) void queryClient.invalidateQueries({ queryKey: ['stream', stream.id] });
  }, [ahead, queryClient, stream.id]);

  // before it has begun, and after an end without a recording, there is something to say and nothing to press
  const playable = isLiveToViewers(shown) || shown.recording === 'ready';
  return (
    <main className="embed">
      <h1 className="visually-hidden" lang={stream.language}>
        {shown.title}
      </h1>
      {wanted || !playable ? (
        <Playback stream={stream} now={now} onRecordingAt={() => {}} />
      ) : (
        <button type="button" className="embed__play" onClick={() => setWanted(true)}>
          <Poster stream={shown} />
          <span className="embed__mark">
            <Play aria-hidden="true" />
            <span className="visually-hidden">{t('play', { title: shown.title })}</span>
          </span>
        </button>
      )}
      <header className={wanted && playable ? 'embed__bar embed__bar--playing' : 'embed__bar'}>
        <StreamBadge stream={shown} onPicture />
        <a className="embed__title" href={`/watch/${stream.id}`} target="_blank" rel="noopener">
          <span className="embed__words" dir="auto" lang={stream.language}>
            {shown.title}
          </span>
          <span className="embed__creator">{t('onVybzz', { name: stream.creator.name })}</span>
        </a>
      </header>
    </main>
  );
};

const WatchLink = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('sharing');
  return (
    <a className={buttonClass({ variant: 'primary' })} href={`/watch/${streamId}`} target="_blank" rel="noopener">
      {t('openOnVybzz')}
    </a>
  );
};

const Words = ({ title, children }: { title?: string; children: ReactNode }) => (
  <main className="embed embed--words">
    {title !== undefined && <h1 className="embed__heading">{title}</h1>}
    {children}
  </main>
);

/** Says that the player did not come: most often a newer version has taken its place on the server. */
export class EmbedFailure extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <Failed />;
  }
}

const Failed = () => {
  const t = useTranslations('sharing');
  return (
    <Words title={t('playerNotLoaded')}>
      <button type="button" className={buttonClass()} onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </Words>
  );
};
