import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Clapperboard, Newspaper } from 'lucide-react';
import * as Tabs from 'radix-ui/tabs';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ProfileView, StreamView } from '#contract/http';
import { thumbnailWidth } from '#contract/uploads';
import { ApiError } from '../api/api-error.ts';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { PostList } from '../feed/post-list.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Loading } from '../ui/loading.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Page, Section } from '../ui/page.tsx';
import { RichText } from '../ui/rich-text.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import '../ui/tabs.css';
import { StreamGrid, StreamGridSkeleton } from '../ui/stream-grid.tsx';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { BellButton } from '../people/bell-button.tsx';
import { FollowButton } from '../people/follow-button.tsx';
import { PeopleDialog } from '../people/people-dialog.tsx';
import { PersonMenu } from '../people/person-menu.tsx';
import { ProfileLinks } from '../people/profile-links.tsx';
import { SubscribeLinks } from '../people/subscribe-links.tsx';
import './profile-page.css';
import { useBlock } from '../people/use-block.ts';
import { useFormats } from '../words/formats.ts';

/** There is room for two columns. */
const WIDE = '(min-width: 82rem)';

/** A person: who they are, what they stream and what they post. */
export const ProfilePage = () => {
  const t = useTranslations('app');
  const { handle: written } = useParams({ from: '/@{$handle}' });
  // Handles have small letters only; what people write down has others.
  const handle = written.toLowerCase();
  const { queries } = useApp();
  const { data: person, error, refetch } = useQuery(queries.profile(handle));
  if (error instanceof ApiError && error.code === 'user-not-found') return <NotFoundPage />;
  return (
    <Page title={person ? `${person.name} (@${person.handle})` : `@${handle}`}>
      {person && <Profile key={person.handle} person={person} />}
      {!person && error && (
        <LoadFailed title={t('theProfileCouldNotBe')} heading="h1" error={error} onRetry={() => void refetch()} />
      )}
      {!person && !error && <ProfileSkeleton />}
    </Page>
  );
};

const Profile = ({ person }: { person: ProfileView }) => {
  const t = useTranslations('app');
  const { counted } = useFormats();
  const [people, setPeople] = useState<'followers' | 'following'>();
  const [shown, setShown] = useState(person.creator ? 'streams' : 'posts');
  const wide = useMediaQuery(WIDE);
  // who makes no shows has all the room for posts
  const both = wide && person.creator;
  /** It is no tab's any more. What somebody was busy with stays in sight when the window becomes narrow again. */
  const beside = (which: 'streams' | 'posts') => ({
    forceMount: true as const,
    role: undefined,
    tabIndex: undefined,
    'aria-labelledby': undefined,
    onFocusCapture: () => setShown(which),
  });
  return (
    <>
      {person.cover && (
        <img
          className="profile__cover"
          src={person.cover.url}
          srcSet={`${person.cover.thumbnailUrl} ${thumbnailWidth(person.cover)}w, ${person.cover.url} ${person.cover.width}w`}
          sizes="(max-width: 82rem) 100vw, 82rem"
          alt=""
        />
      )}
      <header className={person.cover ? 'profile profile--covered' : 'profile'}>
        <Avatar person={person} size="xl" live={person.liveStreamId !== undefined} />
        <div className="profile__words">
          <h1>
            <bdi>{person.name}</bdi>
          </h1>
          <p className="muted">
            <bdi>@{person.handle}</bdi>
          </p>
          {person.blocked && (
            <p>
              <Badge tone="warn">{t('blocked')}</Badge>
            </p>
          )}
          {person.bio && <RichText text={person.bio} />}
          {person.links && <ProfileLinks links={person.links} />}
          <p className="profile__counts">
            <button type="button" className="profile__count" onClick={() => setPeople('followers')}>
              {t('followers', counted(person.followers))}
            </button>
            <button type="button" className="profile__count" onClick={() => setPeople('following')}>
              {t('following', counted(person.following))}
            </button>
          </p>
          <div className="profile__subscribe">
            <SubscribeLinks person={person} />
          </div>
        </div>
        <div className="profile__actions">
          {person.liveStreamId !== undefined && (
            <Link
              to="/watch/$streamId"
              params={{ streamId: person.liveStreamId }}
              className={buttonClass({ variant: 'live' })}
            >
              {t('watchLive')}
            </Link>
          )}
          <FollowButton handle={person.handle} />
          <BellButton handle={person.handle} />
          {person.blocked && <UnblockButton handle={person.handle} />}
          <EditLink person={person} />
          <PersonMenu person={person} />
        </div>
      </header>
      <Tabs.Root value={shown} onValueChange={setShown} className={both ? 'profile__both' : undefined}>
        {!both && (
          <Tabs.List className="tabs" aria-label={t('whatShares', { name: person.name })}>
            <Tabs.Trigger className="tabs__tab" value="streams">
              {t('streams')}
            </Tabs.Trigger>
            <Tabs.Trigger className="tabs__tab" value="posts">
              {t('posts')}
            </Tabs.Trigger>
          </Tabs.List>
        )}
        <Tabs.Content value="streams" {...(both && beside('streams'))}>
          <Streams person={person} />
        </Tabs.Content>
        <Tabs.Content value="posts" className={both ? 'section' : 'profile__posts'} {...(both && beside('posts'))}>
          <h2 className={both ? undefined : 'visually-hidden'}>{t('posts')}</h2>
          <PostList
            feed={{ author: person.handle }}
            empty={{
              icon: <Newspaper />,
              title: t('noPostsYet'),
              text: t('hasNotPostedAnything', { name: person.name }),
            }}
          />
        </Tabs.Content>
      </Tabs.Root>
      <PeopleDialog handle={person.handle} which={people} onClose={() => setPeople(undefined)} />
    </>
  );
};

const UnblockButton = ({ handle }: { handle: string }) => {
  const t = useTranslations('app');
  const block = useBlock(handle);
  return (
    <Button busy={block.isPending} onClick={() => block.mutate(false)}>
      {t('unblock')}
    </Button>
  );
};

const EditLink = ({ person }: { person: ProfileView }) => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const { data: me } = useQuery({ ...queries.me(), enabled: useSignedIn() });
  return (
    me?.id === person.id && (
      <Link to="/settings" className={buttonClass()}>
        {t('editProfile')}
      </Link>
    )
  );
};

const Streams = ({ person }: { person: ProfileView }) => {
  const t = useTranslations('app');
  const { queries } = useApp();
  const list = useInfiniteQuery(queries.streamsOf(person.handle));
  const announced = useQuery(queries.announced(person.handle));
  if (list.isPending) return <StreamGridSkeleton />;
  if (!list.data)
    return <LoadFailed title={t('theStreamsCouldNotBe')} error={list.error} onRetry={() => void list.refetch()} />;
  const streams = list.data.pages.flatMap(({ items }) => items.filter(hasBegun));
  const upcoming = announced.data ?? [];
  if (streams.length === 0 && upcoming.length === 0 && !list.hasNextPage)
    return (
      <Section id="profile-streams" title={t('shows')}>
        <EmptyState icon={<Clapperboard />} title={t('noStreamsYet')}>
          {t('showsAndTheirRecordingsAppear')}
        </EmptyState>
      </Section>
    );
  return (
    <>
      {upcoming.length > 0 && (
        <Section id="profile-upcoming" title={t('upcoming')}>
          <StreamGrid streams={upcoming} showCreator={false} />
        </Section>
      )}
      {streams.length > 0 && (
        <Section id="profile-streams" title={t('shows')}>
          <StreamGrid streams={streams} showCreator={false} />
        </Section>
      )}
      <MoreButton list={list} />
    </>
  );
};

/** Announced shows stand by themselves. */
const hasBegun = ({ state }: StreamView) => state !== 'created';

const ProfileSkeleton = () => {
  const t = useTranslations('app');
  return (
    <Loading label={t('loadingTheProfile')} className="profile">
      <Skeleton round width="6rem" height="6rem" />
      <div className="profile__words">
        <Skeleton width="12rem" height="2rem" />
        <Skeleton width="7rem" />
        <Skeleton width="min(24rem, 100%)" />
      </div>
    </Loading>
  );
};
