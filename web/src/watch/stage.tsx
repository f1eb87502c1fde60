import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CalendarClock, Clapperboard, Film, Radio } from 'lucide-react';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import type { StreamView } from '#contract/http';
import { useApp } from '../app-context.ts';
import type { Snapshot } from '../realtime/snapshot.ts';
import { Spinner } from '../ui/spinner.tsx';
import { Appointment } from '../ui/time.tsx';
import { Poster } from './poster.tsx';
import { sceneOf, type Scene } from './scene.ts';
import './stage.css';

const Player = lazy(async () => ({ default: (await import('./player.tsx')).Player }));

/** The end of the live picture is waited for no longer than this once the show is over. */
const FINISHING_MS = 40_000;

/** The picture of a stream, or what is to be said while there is none. */
export const Stage = ({ stream, now }: { stream: StreamView; now: Snapshot | undefined }) => {
  const { queries } = useApp();
  const queryClient = useQueryClient();
  const [liveSeen, setLiveSeen] = useState<'not' | 'playing' | 'done'>('not');
  const known = { ...stream, ...(now && { state: now.state, recording: now.recording }) };
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
        <Words icon={<CalendarClock />} title="Upcoming">
          Starts <Appointment at={scene.scheduledFor} />. This page begins to play by itself.
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

const Words = ({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) => (
  <output className="stage__words">
    <span className="stage__icon" aria-hidden="true">
      {icon}
    </span>
    <span className="stage__title">{title}</span>
    <span>{children}</span>
  </output>
);
