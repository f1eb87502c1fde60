import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import * as Tabs from 'radix-ui/tabs';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useFocusKept } from '../ui/focus-kept.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import '../ui/tabs.css';
import './moderation-page.css';
import { PlatformActLine } from './platform-act-line.tsx';
import { ReportCard } from './report-card.tsx';

/** What people have reported, for those who watch over the platform, and what these have done about it. */
export const ModerationPage = () => {
  const t = useTranslations('moderation');
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me, error, refetch } = useQuery({ ...queries.me(), enabled: signedIn });
  return (
    <Page title={t('reports')} width="column">
      <h1>{t('reports')}</h1>
      {!signedIn && <SignInGate title={t('signInFirst')}>{t('thisIsForModerators')}</SignInGate>}
      {signedIn && me?.roles.includes('moderator') && <Moderation />}
      {signedIn && me && !me.roles.includes('moderator') && (
        <EmptyState icon={<ShieldCheck />} title={t('notForYou')}>
          {t('thisIsForModerators')}
        </EmptyState>
      )}
      {signedIn && !me && error && (
        <LoadFailed title={t('couldNotBeLoaded')} error={error} onRetry={() => void refetch()} />
      )}
      {signedIn && !me && !error && <Waiting />}
    </Page>
  );
};

const Waiting = () => {
  const t = useTranslations('moderation');
  return (
    <Loading label={t('loading')}>
      <Skeleton height="16rem" />
    </Loading>
  );
};

const Moderation = () => {
  const t = useTranslations('moderation');
  return (
    <Tabs.Root defaultValue="open">
      <Tabs.List className="tabs" aria-label={t('reports')}>
        <Tabs.Trigger className="tabs__tab" value="open">
          {t('open')}
        </Tabs.Trigger>
        <Tabs.Trigger className="tabs__tab" value="log">
          {t('log')}
        </Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="open">
        <Reports />
      </Tabs.Content>
      <Tabs.Content value="log">
        <Log />
      </Tabs.Content>
    </Tabs.Root>
  );
};

const Reports = () => {
  const t = useTranslations('moderation');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.reports());
  const cases = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const place = useFocusKept<HTMLDivElement>(cases.length);
  return (
    <div ref={place} tabIndex={-1} className="reports">
      {list.isPending && <Waiting />}
      {list.isError && !list.data && (
        <LoadFailed title={t('couldNotBeLoaded')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data && cases.length === 0 && (
        <EmptyState icon={<ShieldCheck />} title={t('nothingIsOpen')}>
          {t('newReportsComeHere')}
        </EmptyState>
      )}
      {cases.map((one) => (
        <ReportCard key={one.id} report={one} />
      ))}
      <MoreButton list={list} />
    </div>
  );
};

const Log = () => {
  const t = useTranslations('moderation');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.platformActs());
  const acts = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      {list.isPending && <Waiting />}
      {list.isError && !list.data && (
        <LoadFailed title={t('couldNotBeLoaded')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data && acts.length === 0 && <p className="muted">{t('nothingWasDone')}</p>}
      {acts.length > 0 && (
        <ul className="reports__acts">
          {acts.map((act) => (
            <PlatformActLine key={act.id} act={act} />
          ))}
        </ul>
      )}
      <MoreButton list={list} />
    </>
  );
};
