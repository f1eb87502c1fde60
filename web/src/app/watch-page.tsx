import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { CalendarPlus, Clapperboard, LockKeyhole, Share2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { PersonView, type StreamView } from '#contract/http';
import { isLiveToViewers } from '#contract/show';
import { AudiencePanel } from '../audience/audience-panel.tsx';
import { ChatReplay } from '../audience/chat-replay.tsx';
import { ApiError, type ApiErrorCode } from '../api/api-error.ts';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { Comments } from '../feed/comments.tsx';
import { FollowButton } from '../people/follow-button.tsx';
import { SignInGate } from '../context/sign-in-gate.tsx';
import { isSettled, type Snapshot } from '../realtime/snapshot.ts';
import { useLive } from '../context/use-live.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Page, Section } from '../ui/page.tsx';
import { RichText } from '../ui/rich-text.tsx';
import { shareLink } from '../ui/share.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { Elapsed, TimeAgo } from '../ui/time.tsx';
import { saveCalendarFile } from '../watch/calendar-file.ts';
import { Playback, PlaybackSkeleton } from '../watch/playback.tsx';
import { useTheatre } from '../watch/use-theatre.ts';
import { StreamGrid } from '../ui/stream-grid.tsx';
import { StreamBadge } from '../ui/stream-badge.tsx';
import { compactCount, count } from '../ui/count.ts';
import { Viewers } from '../ui/viewers.tsx';
import './watch-page.css';

const CLOSED: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>(['not-signed-in', 'not-allowed', 'blocked']);

/** One stream to be watched: before, while and after it is on the air. */
export const WatchPage = () => {
  const { streamId } = useParams({ from: '/watch/$streamId' });
  const { queries } = useApp();
  const { data: stream, error, refetch } = useQuery(queries.stream(streamId));
  if (error instanceof ApiError && error.code === 'stream-not-found') return <NotFoundPage />;
  // What this viewer knew of the show they may no longer know.
  const closed = error instanceof ApiError && CLOSED.has(error.code);
  return (
    <Page title={stream ? titleOf(stream) : 'Watch'}>
      {stream && !closed && <Watch key={stream.id} stream={stream} />}
      {(!stream || closed) && error && <NotShown error={error} onRetry={() => void refetch()} />}
      {!stream && !error && <WatchSkeleton />}
    </Page>
  );
};

/** Says in the tab that it has begun, to whoever waits on another one. */
const titleOf = ({ title, state }: StreamView) =>
  state === 'live' || state === 'reconnecting' ? `● Live: ${title}` : title;

const NotShown = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const signedIn = useSignedIn();
  const creator = error instanceof ApiError ? PersonView.safeParse(error.details['creator']).data : undefined;
  if (error instanceof ApiError && (error.code === 'not-signed-in' || (error.code === 'not-allowed' && !signedIn)))
    return (
      <SignInGate title={creator ? `This show is for followers of ${creator.name}` : 'This show is for followers'}>
        {creator && <Whose creator={creator} />}
        Sign in to watch it if you are one of them, or to become one.
      </SignInGate>
    );
  if (error instanceof ApiError && error.code === 'not-allowed' && creator)
    return (
      <EmptyState
        icon={<LockKeyhole />}
        title={`This show is for followers of ${creator.name}`}
        action={<FollowButton handle={creator.handle} />}
      >
        <Whose creator={creator} />
        Follow {creator.name} and it plays here.
      </EmptyState>
    );
  if (error instanceof ApiError && (error.code === 'not-allowed' || error.code === 'blocked'))
    return (
      <EmptyState icon={<LockKeyhole />} title="This show is not for everyone">
        {error.message}
      </EmptyState>
    );
  return <LoadFailed what="The show" error={error} onRetry={onRetry} />;
};

/** Whose show it is that is not shown. */
const Whose = ({ creator }: { creator: PersonView }) => (
  <p className="watch__whose">
    <Avatar person={creator} />
    <Link to="/@{$handle}" params={{ handle: creator.handle }}>
      @{creator.handle}
    </Link>
  </p>
);

const Watch = ({ stream }: { stream: StreamView }) => {
  const queryClient = useQueryClient();
  const now = useLive(isSettled(stream) ? undefined : stream.id);
  const shown = { ...stream, ...(now && { state: now.state, title: now.title, recording: now.recording }) };

  // The short news say that something changed; the stream itself says all of it.
  const moved = now?.scheduledFor !== undefined && now.scheduledFor !== stream.scheduledFor;
  const ahead =
    now && (now.refused || now.state !== stream.state || now.recording !== stream.recording || moved)
      ? `${now.state} ${now.recording} ${now.scheduledFor} ${now.refused}`
      : undefined;
  useEffect(() => {
    if (ahead !== undefined) void queryClient.invalidateQueries({ queryKey: ['stream', stream.id] });
  }, [ahead, queryClient, stream.id]);

  const [seconds, setSeconds] = useState(0);
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
          <ChatReplay streamId={stream.id} startedAt={stream.startedAt} seconds={seconds} />
        )}
      </div>
      <div className="watch__about">
        <div className="watch__heading">
          <h1>{shown.title}</h1>
          <p className="watch__facts muted">
            <StreamBadge stream={shown} />
            {isLiveToViewers(shown) && <Viewers viewers={now?.viewers ?? stream.viewers} />}
            {shown.test && <Badge tone="warn">Test</Badge>}
            {shown.visibility === 'followers' && <Badge>Followers only</Badge>}
            <Since stream={shown} now={now} />
            {shown.state === 'ended' && stream.totalViewers !== undefined && (
              <span>
                {count(stream.totalViewers, 'viewer')}, at most {compactCount(stream.peakViewers ?? 0)} at once
              </span>
            )}
          </p>
        </div>
        <div className="watch__actions">
          <Upcoming stream={shown} />
          <Button icon={<Share2 />} onClick={() => void shareLink({ url: location.href, title: shown.title })}>
            Share
          </Button>
        </div>
      </div>
      <div className="watch__creator">
        <Avatar person={stream.creator} size="l" live={shown.state === 'live'} />
        <div className="watch__name">
          <Link to="/@{$handle}" params={{ handle: stream.creator.handle }} className="watch__link">
            {stream.creator.name}
          </Link>
          <p className="muted">@{stream.creator.handle}</p>
        </div>
        <FollowButton handle={stream.creator.handle} />
      </div>
      {stream.description && (
        <div className="watch__description">
          <RichText text={stream.description} />
        </div>
      )}
      {shown.state !== 'created' && shown.state !== 'connecting' && <Discussion streamId={stream.id} />}
      <MoreShows stream={stream} />
    </div>
  );
};

/** What is said of the show where it was announced. */
const Discussion = ({ streamId }: { streamId: string }) => {
  const { queries } = useApp();
  const { data: post } = useQuery(queries.postOfStream(streamId));
  if (!post) return null;
  return (
    <section className="watch__discussion" aria-labelledby="comments-title">
      <h2 id="comments-title">{post.comments > 0 ? count(post.comments, 'comment') : 'Comments'}</h2>
      <Comments post={post} />
    </section>
  );
};

/** How many of each are shown beneath a show. */
const MORE_SHOWS = 4;

/** Where to go on from here: the creator's other shows, and who is on the air. */
const MoreShows = ({ stream }: { stream: StreamView }) => {
  const { queries } = useApp();
  const { data: theirs } = useQuery(queries.moreOf(stream.creator.handle));
  const { data: live } = useQuery(queries.liveNow());
  const others = theirs?.filter(({ id }) => id !== stream.id).slice(0, MORE_SHOWS) ?? [];
  const onAir = live?.filter(({ id, creator }) => id !== stream.id && creator.id !== stream.creator.id) ?? [];
  return (
    <>
      {others.length > 0 && (
        <Section id="more-from" title={`More from ${stream.creator.name}`}>
          <StreamGrid streams={others} showCreator={false} />
        </Section>
      )}
      {onAir.length > 0 && (
        <Section id="live-elsewhere" title="Live now">
          <StreamGrid streams={onAir.slice(0, MORE_SHOWS)} />
        </Section>
      )}
    </>
  );
};

/** What can be done about a show that is yet to come: not to forget it, and for its creator to prepare it. */
const Upcoming = ({ stream }: { stream: StreamView }) => {
  const { queries } = useApp();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  const { state, scheduledFor } = stream;
  if (state !== 'created' || scheduledFor === undefined) return null;
  return (
    <>
      {me?.id === stream.creator.id && (
        <Link to="/studio" className={buttonClass({ variant: 'primary' })}>
          <Clapperboard aria-hidden="true" />
          To the studio
        </Link>
      )}
      <Button
        icon={<CalendarPlus />}
        onClick={() => saveCalendarFile({ ...stream, scheduledFor }, { url: location.href, now: new Date() })}
      >
        Add to calendar
      </Button>
    </>
  );
};

const Since = ({ stream, now }: { stream: StreamView; now: Snapshot | undefined }) => {
  const startedAt = now?.startedAt ?? stream.startedAt;
  if (startedAt === undefined) return null;
  return stream.state === 'ended' ? (
    <span>
      Streamed <TimeAgo at={startedAt} />
    </span>
  ) : (
    <span>
      On the air for <Elapsed since={startedAt} />
    </span>
  );
};

const WatchSkeleton = () => (
  <Loading what="the show" className="watch">
    <PlaybackSkeleton />
    <Skeleton width="min(28rem, 90%)" height="1.75rem" />
    <div className="watch__creator">
      <Skeleton round width="3.5rem" height="3.5rem" />
      <Skeleton width="10rem" />
    </div>
  </Loading>
);
