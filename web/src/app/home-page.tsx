import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { useFollowedLive } from '../context/use-followed-live.ts';
import { buttonClass } from '../ui/button.tsx';
import { CategoryLinks } from '../ui/category-links.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Page, Section } from '../ui/page.tsx';
import { StreamGrid, StreamGridSkeleton } from '../ui/stream-grid.tsx';
import { FollowedLive } from '../people/followed-live.tsx';
import { Feeds } from '../feed/feeds.tsx';
import './home-page.css';

/** What there is to watch, now, next and from before; and what people say. */
export const HomePage = () => {
  const t = useTranslations('app');
  const signedIn = useSignedIn();
  return (
    <Page title={t('explore')}>
      {signedIn ? <h1 className="visually-hidden">{t('explore')}</h1> : <Welcome />}
      <FollowedLive />
      <Shows />
      <CategoryLinks />
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

const Shows = () => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const live = useQuery(queries.liveNow());
  const followed = useFollowedLive() ?? [];
  const scheduled = useQuery(queries.scheduled());
  const kept = useQuery(queries.recorded());
  const upcoming = scheduled.data ?? [];
  const recorded = kept.data ?? [];
  // whom one follows stands above, and once is enough
  const elsewhere = live.data?.filter(({ id }) => !followed.some((show) => show.id === id)) ?? [];
  const allAbove = elsewhere.length === 0 && !!live.data?.length;
  // what is said of nobody's being live depends on what else there is
  const waiting = live.isPending || (live.data?.length === 0 && (scheduled.isPending || kept.isPending));
  const others = upcoming.length + recorded.length > 0;
  return (
    <>
      {!allAbove && (
        <Section id="live-now" title={t('liveNow')}>
          {waiting && <StreamGridSkeleton />}
          {live.error && !live.data && (
            <LoadFailed title={t('theLiveStreamsCouldNot')} error={live.error} onRetry={() => void live.refetch()} />
          )}
          {!waiting &&
            live.data?.length === 0 &&
            (others ? <p className="muted">{t('nobodyButBelow')}</p> : <NobodyLive />)}
          {elsewhere.length > 0 && <StreamGrid streams={elsewhere} />}
        </Section>
      )}
      {upcoming.length > 0 && (
        <Section id="upcoming" title={t('upcoming')}>
          <StreamGrid streams={upcoming} />
        </Section>
      )}
      {recorded.length > 0 && (
        <Section id="recorded" title={t('recordings')}>
          <StreamGrid streams={recorded} />
        </Section>
      )}
    </>
  );
};

/** Where there is nothing to watch at all. */
const NobodyLive = () => {
  const t = useTranslations('app');
  return (
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
  );
};
