import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Page, Section } from '../ui/page.tsx';
import { StreamGrid, StreamGridSkeleton } from '../ui/stream-grid.tsx';
import { FollowedLive } from '../people/followed-live.tsx';
import { Feeds } from '../feed/feeds.tsx';
import './home-page.css';

/** Who is on the air, what is coming, and what people say. */
export const HomePage = () => {
  const signedIn = useSignedIn();
  return (
    <Page title="Explore">
      {signedIn ? <h1 className="visually-hidden">Explore</h1> : <Welcome />}
      <FollowedLive />
      <LiveNow />
      <Upcoming />
      <div className="home__posts">
        <Section id="posts" title="Posts">
          <Feeds />
        </Section>
      </div>
    </Page>
  );
};

const Welcome = () => (
  <div className="welcome">
    <h1 className="welcome__title">Go live from your browser.</h1>
    <p className="welcome__text">Nothing to install, and a show that stays on the air when your Wi-Fi does not.</p>
    <Link to="/studio" className={buttonClass({ variant: 'primary', size: 'l' })}>
      Open the studio
    </Link>
  </div>
);

const LiveNow = () => {
  const { queries } = useApp();
  const { data: streams, isPending, error, refetch } = useQuery(queries.liveNow());
  return (
    <Section id="live-now" title="Live now">
      {isPending && <StreamGridSkeleton />}
      {error && !streams && <LoadFailed what="The live streams" error={error} onRetry={() => void refetch()} />}
      {streams?.length === 0 && (
        <EmptyState
          icon={<Radio />}
          title="Nobody is live right now"
          action={
            <Link to="/studio" className={buttonClass()}>
              Be the first
            </Link>
          }
        >
          Shows appear here the moment they go on the air.
        </EmptyState>
      )}
      {streams && streams.length > 0 && <StreamGrid streams={streams} />}
    </Section>
  );
};

const Upcoming = () => {
  const { queries } = useApp();
  const { data: streams } = useQuery(queries.scheduled());
  if (!streams?.length) return null;
  return (
    <Section id="upcoming" title="Upcoming">
      <StreamGrid streams={streams} />
    </Section>
  );
};
