import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { useTranslations } from 'use-intl';
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
  const t = useTranslations('app');
  const signedIn = useSignedIn();
  return (
    <Page title={t('explore')}>
      {signedIn ? <h1 className="visually-hidden">{t('explore')}</h1> : <Welcome />}
      <FollowedLive />
      <LiveNow />
      <Upcoming />
      <div className="home__posts">
        <Section id="posts" title={t('posts')}>
          <Feeds />
        </Section>
      </div>
    </Page>
  );
};

const Welcome = () => {
  const t = useTranslations('app');
  return (
    <div className="welcome">
      <h1 className="welcome__title">{t('goLiveFromYourBrowser')}</h1>
      <p className="welcome__text">{t('nothingToInstallAndA')}</p>
      <Link to="/studio" className={buttonClass({ variant: 'primary', size: 'l' })}>
        {t('openTheStudio')}
      </Link>
    </div>
  );
};

const LiveNow = () => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const { data: streams, isPending, error, refetch } = useQuery(queries.liveNow());
  return (
    <Section id="live-now" title={t('liveNow')}>
      {isPending && <StreamGridSkeleton />}
      {error && !streams && (
        <LoadFailed title={t('theLiveStreamsCouldNot')} error={error} onRetry={() => void refetch()} />
      )}
      {streams?.length === 0 && (
        <EmptyState
          icon={<Radio />}
          title={t('nobodyIsLiveRightNow')}
          action={
            <Link to="/studio" className={buttonClass()}>
              {t('beTheFirst')}
            </Link>
          }
        >
          {t('showsAppearHereTheMoment')}
        </EmptyState>
      )}
      {streams && streams.length > 0 && <StreamGrid streams={streams} />}
    </Section>
  );
};

const Upcoming = () => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const { data: streams } = useQuery(queries.scheduled());
  if (!streams?.length) return null;
  return (
    <Section id="upcoming" title={t('upcoming')}>
      <StreamGrid streams={streams} />
    </Section>
  );
};
