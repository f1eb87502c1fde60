import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CalendarClock, CalendarX, Clapperboard, Film, Radio, Unplug } from 'lucide-react';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { isKeptOut } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import type { Snapshot } from '../realtime/snapshot.ts';
import { part } from '../ui/part.ts';
import { Spinner } from '../ui/spinner.tsx';
import { Appointment, Countdown } from '../ui/time.tsx';
import { Poster } from '../ui/poster.tsx';
import { playbackStateOf, type PlaybackState } from './playback-state.ts';
import { useBeats } from './use-beats.ts';
import './playback.css';

const Player = lazy(part(async () => ({ default: (await import('./player.tsx')).Player })));

/** The end of the live picture is waited for no longer than this once the show is over. */
const FINISHING_MS = 40_000;

type Props = {
  stream: StreamView;
  now: Snapshot | undefined;
  /** Where in the recording the player is, in whole seconds. */
  onRecordingAt: (seconds: number) => void;
  /** Where there is room beside the picture that it can take. */
  theatre?: boolean;
  onTheatre?: () => void;
};

/** The picture of a stream, or what is to be said while there is none. */
export const Playback = ({ stream, now, onRecordingAt, theatre = false, onTheatre }: Props) => {
  const t = useTranslations('watch');
  const { queries } = useApp();
  const queryClient = useQueryClient();
  /** Where somebody is who has gone back in a live show: its recording goes on from there. */
  const [goneBackTo, setGoneBackTo] = useState<number>();
  const [liveSeen, setLiveSeen] = useState<'not' | 'playing' | 'done'>('not');
  const [size, setSize] = useState<{ width: number; height: number }>();
  const known = {
    ...stream,
    ...(now && { state: now.state, recording: now.recording, startedAt: now.startedAt ?? stream.startedAt }),
  };
  const state = playbackStateOf(known, liveSeen === 'playing');
  const kind = 'kind' in state ? state.kind : undefined;
  const playback = useQuery({ ...queries.playback(stream.id, kind ?? 'live'), enabled: kind !== undefined });
  // whoever may not watch any more keeps no address that was given before
  const lost = isKeptOut(playback.error);
  const source = kind === undefined || lost ? undefined : playback.data;

  const showsLive = state.at === 'live' && source !== undefined;
  if (showsLive && liveSeen === 'not') setLiveSeen('playing');

  const isFinishing = state.at === 'finishing';
  useEffect(() => {
    if (!isFinishing) return undefined;
    const timer = setTimeout(() => setLiveSeen('done'), FINISHING_MS);
    return () => clearTimeout(timer);
  }, [isFinishing]);

  const beat = useBeats(stream.id, now?.sampling ?? 1);

  const ended = () => {
    // The creator may come back within the reconnect window; only the end of the show is the end.
    if (isFinishing) setLiveSeen('done');
  };

  return (
    <div
      className={`playback${size && size.height > size.width ? ' playback--upright' : ''}`}
      {...(size && { style: { '--picture-aspect': `${size.width} / ${size.height}` } })}
    >
      {source && kind ? (
        <Suspense fallback={<Waiting stream={known} />}>
          <Player
            key={`${stream.id}/${kind}`}
            url={source.hls}
            dvr={source.dvr}
            startedAt={known.startedAt}
            poster={source.poster}
            kind={kind}
            startAt={kind === 'recording' ? goneBackTo : undefined}
            title={stream.title}
            theatre={theatre}
            onTheatre={onTheatre}
            onEnded={ended}
            onProgress={(seconds, rewound) => {
              if (kind === 'live') {
                beat(seconds);
                setGoneBackTo(rewound ? Math.floor(seconds) : undefined);
              } else onRecordingAt(Math.floor(seconds));
            }}
            onSize={(width, height) => setSize({ width, height })}
            onRefused={() => void queryClient.refetchQueries({ queryKey: ['playback', stream.id] })}
          />
        </Suspense>
      ) : (
        <Waiting stream={known} />
      )}
      {!source && <Message state={state} />}
      {source && state.at === 'live' && state.interrupted && (
        <output className="playback__banner">
          <Spinner />
          {t('theCreatorsConnectionDroppedHold')}
        </output>
      )}
    </div>
  );
};

/** In the place of the playback until the show is known. */
export const PlaybackSkeleton = () => <div className="playback" />;

const Waiting = ({ stream }: { stream: StreamView }) => (
  <div className="playback__poster">
    <Poster stream={stream} />
  </div>
);

const Message = ({ state }: { state: PlaybackState }) => {
  const t = useTranslations('watch');
  switch (state.at) {
    case 'upcoming': {
      const starts = <Appointment at={state.scheduledFor} />;
      return (
        <Words icon={<CalendarClock />} title={t('upcoming')} beside={<StartsIn at={state.scheduledFor} />}>
          {t.rich('startsKeepThisPageOpen', { time: () => starts })}
        </Words>
      );
    }
    case 'starting':
      return (
        <Words icon={<Radio />} title={t('startingSoon')}>
          {t('theCreatorIsGettingReady')}
        </Words>
      );
    case 'live':
    case 'finishing':
      if (state.at === 'live' && state.interrupted)
        return (
          <Words icon={<Unplug />} title={t('theCreatorsConnectionDropped')}>
            {t('holdOnTheShowGoes')}
          </Words>
        );
      return (
        <Words icon={<Radio />} title={t('tuningIn')}>
          {t('theShowIsOnThe')}
        </Words>
      );
    case 'recording':
      return (
        <Words icon={<Film />} title={t('loadingTheRecording')}>
          {t('itIsOnItsWay')}
        </Words>
      );
    case 'called-off':
      return (
        <Words icon={<CalendarX />} title={t('thisShowDoesNotTake')}>
          {t('itWasCalledOffOr')}
        </Words>
      );
    case 'over':
      return state.recording === 'preparing' ? (
        <Words icon={<Film />} title={t('theShowHasEnded')}>
          {t('itsRecordingIsBeingPrepared')}
        </Words>
      ) : (
        <Words icon={<Clapperboard />} title={t('theShowHasEnded')}>
          {t('thereIsNoRecordingOf')}
        </Words>
      );
  }
};

/** Beside the words rather than in them: what ticks is not to be read out at every tick. */
const StartsIn = ({ at }: { at: string }) => {
  const t = useTranslations('watch');
  return (
    <span className="playback__countdown">
      <Countdown to={at} over={t('anyMomentNow')} />
    </span>
  );
};

type WordsProps = { icon: ReactNode; title: string; beside?: ReactNode; children: ReactNode };

const Words = ({ icon, title, beside, children }: WordsProps) => (
  <div className="playback__words">
    <span className="playback__icon" aria-hidden="true">
      {icon}
    </span>
    {beside}
    <output className="playback__said">
      <span className="playback__title">{title}</span>
      <span>{children}</span>
    </output>
  </div>
);
