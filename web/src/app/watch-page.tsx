import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { CalendarPlus, Clapperboard, Flag, LockKeyhole } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { PersonView, type StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { ChatReplay } from '../audience/chat-replay.tsx';
import { ApiError, isKeptOut } from '../api/api-error.ts';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { Comments } from '../feed/comments.tsx';
import { FollowButton } from '../people/follow-button.tsx';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { useReport } from '../context/use-report.tsx';
import { isSettled, type Snapshot } from '../realtime/snapshot.ts';
import { useLive } from '../context/use-live.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Page, Section } from '../ui/page.tsx';
import { RichText } from '../ui/rich-text.tsx';
import { ShareButton } from '../ui/share-button.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Elapsed, TimeAgo } from '../ui/time.tsx';
import { saveCalendarFile } from '../watch/calendar-file.ts';
import { Playback, PlaybackSkeleton } from '../watch/playback.tsx';
import { useTheatre } from '../watch/use-theatre.ts';
import { StreamGrid } from '../ui/stream-grid.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { Viewers } from '../ui/viewers.tsx';
import { useErrorWords } from '../words/error-words.ts';
import { useFormats } from '../words/formats.ts';
import type { Translate } from '../words/translate.ts';
import './watch-page.css';

/** One stream to be watched: before, while and after it is on the air. */
export const WatchPage = () => {
  const t = useTranslations('app');
  const { streamId } = useParams({ from: '/watch/$streamId' });
  const { queries } = useApp();
  const { data: stream, error, refetch } = useQuery(queries.stream(streamId));
  if (error instanceof ApiError && error.code === 'stream-not-found') return <NotFoundPage />;
  // What this viewer knew of the show they may no longer know.
  const closed = isKeptOut(error);
  return (
    <Page title={stream ? titleOf(t, stream) : t('watch')}>
      {stream && !closed && <Watch key={stream.id} stream={stream} />}
      {(!stream || closed) && error && <NotShown error={error} onRetry={() => void refetch()} />}
      {!stream && !error && <WatchSkeleton />}
    </Page>
  );
};

/** Says in the tab that it has begun, to whoever waits on another one. */
const titleOf = (t: Translate<'app'>, stream: StreamView) =>
  isLiveToViewers(stream) ? t('liveTitle', { title: stream.title }) : stream.title;

const NotShown = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const t = useTranslations('app');
  const errorWords = useErrorWords();
  const signedIn = useSignedIn();
  const creator = error instanceof ApiError ? PersonView.safeParse(error.details['creator']).data : undefined;
  if (error instanceof ApiError && (error.code === 'not-signed-in' || (error.code === 'not-allowed' && !signedIn)))
    return (
      <SignInGate
        heading="h1"
        title={creator ? t('thisShowIsForFollowersOf', { name: creator.name }) : t('thisShowIsForFollowers')}
      >
        {creator && <Whose creator={creator} />}
        {t('signInToWatchIt')}
      </SignInGate>
    );
  if (error instanceof ApiError && error.code === 'not-allowed' && creator)
    return (
      <EmptyState
        icon={<LockKeyhole />}
        title={t('thisShowIsForFollowersOf', { name: creator.name })}
        heading="h1"
        action={<FollowButton handle={creator.handle} />}
      >
        <Whose creator={creator} />
        {t('followAndItPlaysHere', { name: creator.name })}
      </EmptyState>
    );
  if (isKeptOut(error))
    return (
      <EmptyState icon={<LockKeyhole />} title={t('thisShowIsNotFor')} heading="h1">
        {errorWords(error)}
      </EmptyState>
    );
  return <LoadFailed title={t('theShowCouldNotBe')} heading="h1" error={error} onRetry={onRetry} />;
};

/** Whose show it is that is not shown. */
const Whose = ({ creator }: { creator: PersonView }) => (
  <p className="watch__whose">
    <Avatar person={creator} />
    <Link to="/@{$handle}" params={{ handle: creator.handle }}>
      <bdi>@{creator.handle}</bdi>
    </Link>
  </p>
);

const Watch = ({ stream }: { stream: StreamView }) => {
  const t = useTranslations('app');
  const ui = useTranslations('ui');
  const { compact, counted } = useFormats();
  const queryClient = useQueryClient();
  const now = useLive(isSettled(stream) ? undefined : stream.id);
  const shown = { ...stream, ...(now && { state: now.state, title: now.title, recording: now.recording }) };

  // The short news say that something changed; the stream itself says all of it.
  const moved =
    now && ((now.scheduledFor !== undefined && now.scheduledFor !== stream.scheduledFor) || now.title !== stream.title);
  const ahead =
    now && (now.refused || now.state !== stream.state || now.recording !== stream.recording || moved)
      ? `${now.state} ${now.recording} ${now.scheduledFor} ${now.refused} ${now.title}`
      : undefined;
  useEffect(() => {
    if (ahead !== undefined) void queryClient.invalidateQueries({ queryKey: ['stream', stream.id] });
  }, [ahead, queryClient, stream.id]);

  const keptOut = useKeptOut(stream, now);
  useEffect(() => {
    if (keptOut) void queryClient.invalidateQueries({ queryKey: ['stream', stream.id] });
  }, [keptOut, queryClient, stream.id]);

  const [seconds, setSeconds] = useState(0);
  const cutSeconds = stream.trimmed?.startSeconds ?? 0;
  const [theatre, setTheatre] = useTheatre();
  // once it is over its chat is shown beside the recording, at the moment that is played
  const replayed = isSettled(stream) || (now !== undefined && isSettled(now));
  return (
    <div className={`watch${theatre ? ' watch--wide' : ''}`}>
      <div className="watch__stage">
        <Playback
          stream={stream}
          now={now}
          onRecordingAt={setSeconds}
          theatre={theatre}
          onTheatre={() => setTheatre(!theatre)}
        />
        {!replayed && stream.state !== 'ended' && <AudiencePanel streamId={stream.id} />}
        {replayed && stream.startedAt !== undefined && (
          <ChatReplay streamId={stream.id} startedAt={stream.startedAt} seconds={seconds + cutSeconds} />
        )}
      </div>
      <div className="watch__about">
        <div className="watch__heading">
          <h1>
            <bdi lang={stream.language}>{shown.title}</bdi>
          </h1>
          <p className="watch__facts muted">
            <StreamBadge stream={shown} />
            {isLiveToViewers(shown) && <Viewers viewers={now?.viewers ?? stream.viewers} />}
            {shown.test && <Badge tone="warn">{t('test')}</Badge>}
            {shown.visibility === 'followers' && <Badge>{t('followersOnly')}</Badge>}
            {shown.category && (
              <Link to="/category/$category" params={{ category: shown.category }}>
                {ui(`categories.${shown.category}`)}
              </Link>
            )}
            <Since stream={shown} now={now} />
            {shown.state === 'ended' && stream.totalViewers !== undefined && (
              <span>
                {t('viewersAndPeak', { ...counted(stream.totalViewers), peak: compact(stream.peakViewers ?? 0) })}
              </span>
            )}
          </p>
        </div>
        <div className="watch__actions">
          <Upcoming stream={shown} />
          <ShareButton stream={shown} />
          <ReportButton stream={stream} />
        </div>
      </div>
      <div className="watch__creator">
        <Avatar person={stream.creator} size="l" live={shown.state === 'live'} />
        <div className="watch__name">
          <Link to="/@{$handle}" params={{ handle: stream.creator.handle }} className="watch__link">
            <bdi>{stream.creator.name}</bdi>
          </Link>
          <p className="muted">
            <bdi>@{stream.creator.handle}</bdi>
          </p>
        </div>
        <FollowButton handle={stream.creator.handle} />
      </div>
      {stream.description && (
        <div className="watch__description" lang={stream.language}>
          <RichText text={stream.description} fold />
        </div>
      )}
      {shown.state !== 'created' && shown.state !== 'connecting' && <Discussion streamId={stream.id} />}
      <MoreShows stream={stream} />
    </div>
  );
};

/** Within ten seconds somebody hears that they are kept out, whatever becomes of pushes. */
const STANDING_EVERY_MS = 8_000;

/**
 * Whether this viewer is kept out, as far as asking tells: what is asked of a show for everybody is the same for all, and comes out of a
 * cache.
 */
const useKeptOut = ({ id, state }: StreamView, now: Snapshot | undefined): boolean => {
  const { queries } = useApp();
  const { error } = useQuery({
    ...queries.chatStanding(id),
    enabled: useSignedIn() && (now?.state ?? state) !== 'ended',
    refetchInterval: now?.cutOff ? STANDING_EVERY_MS : false,
  });
  return isKeptOut(error);
};

/** The way to tell those who watch over the platform of somebody else's show. */
const ReportButton = ({ stream: { id, creator } }: { stream: StreamView }) => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const { report, dialog } = useReport({ kind: 'show', streamId: id });
  if (me?.id === creator.id) return null;
  return (
    <>
      <IconButton label={t('reportThisShow')} icon={<Flag />} onClick={report} />
      {dialog}
    </>
  );
};

/** What is said of the show where it was announced. */
const Discussion = ({ streamId }: { streamId: string }) => {
  const t = useTranslations('app');
  const { counted } = useFormats();
  const { queries } = useApp();
  const { data: post } = useQuery(queries.postOfStream(streamId));
  if (!post) return null;
  return (
    <div className="watch__discussion">
      <h2>{post.comments > 0 ? t('commentCount', counted(post.comments)) : t('comments')}</h2>
      <Comments post={post} />
    </div>
  );
};

/** How many of each are shown beneath a show. */
const MORE_SHOWS = 4;

/** Where to go on from here: the creator's other shows, and who is on the air. */
const MoreShows = ({ stream }: { stream: StreamView }) => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const { data: theirs } = useQuery(queries.moreOf(stream.creator.handle));
  const { data: live } = useQuery(queries.liveNow());
  const others = theirs?.filter(({ id }) => id !== stream.id).slice(0, MORE_SHOWS) ?? [];
  const onAir = live?.filter(({ id, creator }) => id !== stream.id && creator.id !== stream.creator.id) ?? [];
  return (
    <>
      {others.length > 0 && (
        <Section id="more-from" title={t('moreFrom', { name: stream.creator.name })}>
          <StreamGrid streams={others} showCreator={false} />
        </Section>
      )}
      {onAir.length > 0 && (
        <Section id="live-elsewhere" title={t('liveNow')}>
          <StreamGrid streams={onAir.slice(0, MORE_SHOWS)} />
        </Section>
      )}
    </>
  );
};

/** What can be done about a show that is yet to come: not to forget it, and for its creator to prepare it. */
const Upcoming = ({ stream }: { stream: StreamView }) => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const { state, scheduledFor } = stream;
  if (state !== 'created' || scheduledFor === undefined) return null;
  return (
    <>
      {me?.id === stream.creator.id && (
        <Link to="/studio" className={buttonClass({ variant: 'primary' })}>
          <Clapperboard aria-hidden="true" />
          {t('toTheStudio')}
        </Link>
      )}
      <Button
        icon={<CalendarPlus />}
        onClick={() =>
          saveCalendarFile(
            { ...stream, scheduledFor },
            {
              url: location.href,
              now: new Date(),
              note: t('liveOnVybzz', { url: location.href }),
            },
          )
        }
      >
        {t('addToCalendar')}
      </Button>
    </>
  );
};

const Since = ({ stream, now }: { stream: StreamView; now: Snapshot | undefined }) => {
  const t = useTranslations('app');
  const startedAt = now?.startedAt ?? stream.startedAt;
  if (startedAt === undefined) return null;
  const ended = stream.state === 'ended';
  const time = ended ? <TimeAgo at={startedAt} /> : <Elapsed since={startedAt} />;
  return <span>{t.rich(ended ? 'streamed' : 'onTheAirFor', { time: () => time })}</span>;
};

const WatchSkeleton = () => {
  const t = useTranslations('app');
  return (
    <Loading label={t('loadingTheShow')} className="watch">
      <PlaybackSkeleton />
      <Skeleton width="min(28rem, 90%)" height="1.75rem" />
      <div className="watch__creator">
        <Skeleton round width="3.5rem" height="3.5rem" />
        <Skeleton width="10rem" />
      </div>
    </Loading>
  );
};
