import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CalendarClock, CalendarX, Clapperboard, Film, Radio } from 'lucide-react';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import type { StreamView } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import type { Snapshot } from '../realtime/snapshot.ts';
import { part } from '../ui/part.ts';
import { Spinner } from '../ui/spinner.tsx';
import { Appointment, Countdown } from '../ui/time.tsx';
import { Poster } from './poster.tsx';
import { sceneOf, type Scene } from './scene.ts';
import './stage.css';

const Player = lazy(part(async () => ({ default: (await import('./player.tsx')).Player })));

/** The end of the live picture is waited for no longer than this once the show is over. */
const FINISHING_MS = 40_000;

/** The picture of a stream, or what is to be said while there is none. */
export const Stage = ({ stream, now }: { stream: StreamView; now: Snapshot | undefined }) => {
  const { queries } = useApp();
  const queryClient = useQueryClient();
  const [liveSeen, setLiveSeen] = useState<'not' | 'playing' | 'done'>('not');
  const known = {
    ...stream,
    ...(now && { state: now.state, recording: now.recording, startedAt: now.startedAt ?? stream.startedAt }),
  };
  const scene = sceneOf(known, liveSeen === 'playing');
  const kind = 'kind' in scene ? scene.kind : undefined;
  const playback = useQuery({ ...queries.playback(stream.id, kind ?? 'live'), enabled: kind !== undefined });
  const source = kind === undefined ? undefined : playback.data;

  const showsLive = scene.at === 'live' && source !== undefined;
  if (showsLive && liveSeen === 'not') setLiveSeen('playing');

  const isFinishing = scene.at === 'finishing';
  useEffect(() => {
    if (!isFinishing) return undefined;
    const timer = setTimeout(() => setLiveSeen('done'), FINISHING_MS);
    return () => clearTimeout(timer);
  }, [isFinishing]);

  const ended = () => {
    // The creator may come back within the reconnect window; only the end of the show is the end.
    if (isFinishing) setLiveSeen('done');
  };

  return (
    <div className="stage">
      {source && kind ? (
        <Suspense fallback={<Waiting stream={known} />}>
          <Player
            key={source.hls}
            url={source.hls}
            poster={source.poster}
            kind={kind}
            title={stream.title}
            onEnded={ended}
            onRefused={() => void queryClient.resetQueries({ queryKey: ['playback', stream.id] })}
          />
        </Suspense>
      ) : (
        <Waiting stream={known} />
      )}
      {!source && <Message scene={scene} />}
      {scene.at === 'live' && scene.interrupted && (
        <output className="stage__banner">
          <Spinner />
          The creator’s connection dropped; hold on
        </output>
      )}
    </div>
  );
};

const Waiting = ({ stream }: { stream: StreamView }) => (
  <div className="stage__poster">
    <Poster stream={stream} />
  </div>
);

const Message = ({ scene }: { scene: Scene }) => {
  switch (scene.at) {
    case 'upcoming':
      return (
        <Words icon={<CalendarClock />} title="Upcoming" beside={<StartsIn at={scene.scheduledFor} />}>
          Starts <Appointment at={scene.scheduledFor} />. Keep this page open: it begins to play by itself.
        </Words>
      );
    case 'starting':
      return (
        <Words icon={<Radio />} title="Starting soon">
          The creator is getting ready. This page begins to play by itself.
        </Words>
      );
    case 'live':
    case 'finishing':
      return (
        <Words icon={<Radio />} title="Tuning in">
          The show is on; the picture is on its way.
        </Words>
      );
    case 'recording':
      return (
        <Words icon={<Film />} title="Loading the recording">
          It is on its way.
        </Words>
      );
    case 'called-off':
      return (
        <Words icon={<CalendarX />} title="This show does not take place">
          It was called off, or never began.
        </Words>
      );
    case 'over':
      return scene.recording === 'preparing' ? (
        <Words icon={<Film />} title="The show has ended">
          Its recording is being prepared and plays here as soon as it is ready.
        </Words>
      ) : (
        <Words icon={<Clapperboard />} title="The show has ended">
          There is no recording of it.
        </Words>
      );
  }
};

/** Beside the words rather than in them: what ticks is not to be read out at every tick. */
const StartsIn = ({ at }: { at: string }) => (
  <span className="stage__countdown">
    <Countdown to={at} over="any moment now" />
  </span>
);

type WordsProps = { icon: ReactNode; title: string; beside?: ReactNode; children: ReactNode };

const Words = ({ icon, title, beside, children }: WordsProps) => (
  <div className="stage__words">
    <span className="stage__icon" aria-hidden="true">
      {icon}
    </span>
    {beside}
    <output className="stage__said">
      <span className="stage__title">{title}</span>
      <span>{children}</span>
    </output>
  </div>
);
