import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { StreamView } from '#contract/http';
import { isOnAir, type Category } from '#contract/show';
import type { Api } from './api.ts';
import { ApiError, isPassing } from './api-error.ts';

const PAGE_SIZE = 20;
/** Nothing is pushed to the list of all that is live: with what caches keep it is right within 10 s. */
const LIVE_LIST_EVERY_MS = 8_000;
/** Who is live of those whom one follows is right within 10 s, whatever becomes of the pushes. */
const FOLLOWED_EVERY_MS = 8_000;
const MOVING_EVERY_MS = 5_000;
const REPORTS_EVERY_MS = 30_000;
/** An announced show may be moved; whoever waits for it hears of it this soon where no push reaches. */
const WAITING_EVERY_MS = 60_000;
/** Two or three rows of the newest: more are on the pages of their creators. */
const NEWEST = 12;
/** As many of a creator's announced shows are listed: whoever has announced more shows the rest later. */
const ANNOUNCED = 100;

export type Queries = ReturnType<typeof createQueries>;
export type FeedName = 'explore' | 'feed' | { author: string };

/** What the pages ask for, each under one cache key. Keys start with what they hold, so that a change can name it. */
export const createQueries = (api: Api) => ({
  me: () =>
    queryOptions({
      queryKey: ['me'],
      queryFn: async ({ signal }) => (await api.session({ signal })).user,
      staleTime: 60_000,
    }),

  profile: (handle: string) =>
    queryOptions({
      queryKey: ['profile', handle],
      queryFn: ({ signal }) => api.profile(handle, { signal }),
      refetchInterval: LIVE_LIST_EVERY_MS,
    }),

  people: (handle: string, which: 'followers' | 'following') =>
    infiniteQueryOptions({
      queryKey: ['people', handle, which],
      queryFn: ({ signal, pageParam }) => api.people(handle, which, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  /** Who has begun to follow somebody lately, the latest first. */
  newestFollowers: (handle: string) =>
    queryOptions({
      queryKey: ['people', handle, 'newest'],
      queryFn: async ({ signal }) => (await api.people(handle, 'followers', { limit: PAGE_SIZE, signal })).items,
      refetchInterval: MOVING_EVERY_MS,
    }),

  blocked: () =>
    infiniteQueryOptions({
      queryKey: ['blocked'],
      queryFn: ({ signal, pageParam }) => api.blocked({ cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  push: () =>
    queryOptions({
      queryKey: ['push'],
      queryFn: ({ signal }) => api.push({ signal }),
    }),

  /** Of whose shows one is told. */
  bells: () =>
    infiniteQueryOptions({
      queryKey: ['bells'],
      queryFn: ({ signal, pageParam }) => api.bells({ cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  liveNow: () =>
    queryOptions({
      queryKey: ['streams', 'live'],
      queryFn: async ({ signal }) => (await api.streams({ state: 'live' }, { limit: PAGE_SIZE, signal })).items,
      refetchInterval: LIVE_LIST_EVERY_MS,
    }),

  /** Whom one follows that is live. Asked for all the time, because a push is only a hint (`useFollowedLive`). */
  followedLive: () =>
    queryOptions({
      queryKey: ['streams', 'followed-live'],
      queryFn: ({ signal }) => api.followedLive({ signal }),
      refetchInterval: FOLLOWED_EVERY_MS,
      staleTime: 2_000,
    }),

  scheduled: () =>
    queryOptions({
      queryKey: ['streams', 'scheduled'],
      queryFn: async ({ signal }) => (await api.streams({ state: 'scheduled' }, { limit: PAGE_SIZE, signal })).items,
    }),

  /** The newest recordings, of anybody. */
  recorded: () =>
    queryOptions({
      queryKey: ['streams', 'recorded'],
      queryFn: async ({ signal }) => (await api.streams({ state: 'recorded' }, { limit: NEWEST, signal })).items,
    }),

  /** What one creator has announced, the soonest first. */
  announced: (handle: string) =>
    queryOptions({
      queryKey: ['streams', 'announced', handle],
      queryFn: async ({ signal }) =>
        (await api.streams({ creator: handle, state: 'scheduled' }, { limit: ANNOUNCED, signal })).items.toSorted(
          (one, other) => Date.parse(one.scheduledFor ?? '') - Date.parse(other.scheduledFor ?? ''),
        ),
    }),

  streamsOf: (handle: string) =>
    infiniteQueryOptions({
      queryKey: ['streams', 'of', handle],
      queryFn: ({ signal, pageParam }) =>
        api.streams({ creator: handle }, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
      // nothing of it is pushed
      refetchInterval: LIVE_LIST_EVERY_MS,
    }),

  /** A creator's newest shows. */
  moreOf: (handle: string) =>
    queryOptions({
      queryKey: ['streams', 'more', handle],
      queryFn: async ({ signal }) => (await api.streams({ creator: handle }, { limit: 8, signal })).items,
    }),

  myStreams: () =>
    infiniteQueryOptions({
      queryKey: ['streams', 'mine'],
      queryFn: ({ signal, pageParam }) => api.myStreams({ cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
      refetchInterval: ({ state: { data } }) =>
        data?.pages.some(({ items }) => items.some(isMoving)) ? MOVING_EVERY_MS : false,
    }),

  encoder: () =>
    queryOptions({
      queryKey: ['encoder'],
      queryFn: ({ signal }) => api.encoder({ signal }),
    }),

  simulcast: () =>
    queryOptions({
      queryKey: ['simulcast'],
      queryFn: ({ signal }) => api.simulcast({ signal }),
      // How each of them does is told while a show runs.
      refetchInterval: ({ state: { data } }) => (data?.items.length ? LIVE_LIST_EVERY_MS : false),
    }),

  stream: (id: string) =>
    queryOptions({
      queryKey: ['stream', id],
      queryFn: ({ signal }) => api.stream(id, { signal }),
      refetchInterval: ({ state: { data } }) =>
        data?.state === 'created' && data.scheduledFor !== undefined ? WAITING_EVERY_MS : false,
    }),

  /** As its creator sees it: asked again while something of it is still on its way. */
  ownShow: (id: string) =>
    queryOptions({
      queryKey: ['stream', id],
      queryFn: ({ signal }) => api.stream(id, { signal }),
      refetchInterval: ({ state: { data } }) => (data && isMoving(data) ? MOVING_EVERY_MS : false),
    }),

  /** What one may do in an audience. */
  chatStanding: (id: string) =>
    queryOptions({
      queryKey: ['chat-standing', id],
      queryFn: ({ signal }) => api.chatStanding(id, { signal }),
      staleTime: 30_000,
    }),

  /** What was done in an audience, and what waits for a moderator. */
  moderation: (id: string) =>
    infiniteQueryOptions({
      queryKey: ['moderation', id],
      queryFn: ({ signal, pageParam }) => api.moderation(id, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
      refetchInterval: MOVING_EVERY_MS,
    }),

  moderators: () =>
    queryOptions({
      queryKey: ['moderators'],
      queryFn: async ({ signal }) => (await api.moderators({ signal })).items,
    }),

  heldWords: () =>
    queryOptions({
      queryKey: ['held-words'],
      queryFn: async ({ signal }) => (await api.heldWords({ signal })).words,
    }),

  /** What had been said at a moment of a show. */
  chatAt: (id: string, at: number) =>
    queryOptions({
      queryKey: ['chat-at', id, at],
      queryFn: ({ signal }) => api.chatAt(id, at, { signal }),
      staleTime: Infinity,
    }),

  /** How many watched one's own show. */
  curve: (id: string) =>
    queryOptions({
      queryKey: ['curve', id],
      queryFn: async ({ signal }) => (await api.curve(id, { signal })).items,
    }),

  /** Asked for only once the stream is said to be on the air; Mux may still need a moment, hence the patience. */
  playback: (id: string, kind: 'live' | 'recording') =>
    queryOptions({
      queryKey: ['playback', id, kind],
      queryFn: ({ signal }) => api.playback(id, { signal }),
      retry: (_failures, error) => isPassing(error) || (error instanceof ApiError && error.code === 'not-live-yet'),
      retryDelay: 2_000,
      staleTime: Infinity,
      // an address that is good for a while only is replaced in good time; who may not watch any more gets no other
      refetchInterval: ({ state: { data } }) => (data?.goodForMs === undefined ? false : data.goodForMs / 2),
      refetchIntervalInBackground: true,
    }),

  /** What was reported and waits for a moderator of the platform. */
  reports: () =>
    infiniteQueryOptions({
      queryKey: ['reports'],
      queryFn: ({ signal, pageParam }) => api.reports({ cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
      refetchInterval: REPORTS_EVERY_MS,
    }),

  /** What moderators of the platform have done. */
  platformActs: () =>
    infiniteQueryOptions({
      queryKey: ['platform-acts'],
      queryFn: ({ signal, pageParam }) => api.platformActs({ cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  posts: (feed: FeedName) =>
    infiniteQueryOptions({
      queryKey: ['posts', feed],
      queryFn: ({ signal, pageParam }) => api.posts(feed, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  /** Posts and shows that bear a tag; posts are changed in it as in every list of them. */
  tagged: (tag: string) =>
    infiniteQueryOptions({
      queryKey: ['posts', 'tagged', tag],
      queryFn: ({ signal, pageParam }) => api.tagged(tag, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  /** Shows of a category: live first, then next, then recordings. */
  ofCategory: (category: Category) =>
    infiniteQueryOptions({
      queryKey: ['streams', 'category', category],
      queryFn: ({ signal, pageParam }) => api.ofCategory(category, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  peopleFound: (q: string) =>
    infiniteQueryOptions({
      queryKey: ['people', 'found', q],
      queryFn: ({ signal, pageParam }) => api.findPeople(q, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  streamsFound: (q: string) =>
    infiniteQueryOptions({
      queryKey: ['streams', 'found', q],
      queryFn: ({ signal, pageParam }) => api.findStreams(q, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  tagsFound: (q: string) =>
    infiniteQueryOptions({
      queryKey: ['tags', 'found', q],
      queryFn: ({ signal, pageParam }) => api.findTags(q, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),

  post: (id: string) =>
    queryOptions({
      queryKey: ['post', id],
      queryFn: ({ signal }) => api.post(id, { signal }),
    }),

  /** The post that announced a show; null where it was taken down. */
  postOfStream: (id: string) =>
    queryOptions({
      queryKey: ['post', 'of', id],
      queryFn: ({ signal }) => api.postOfStream(id, { signal }),
    }),

  comments: (postId: string) =>
    infiniteQueryOptions({
      queryKey: ['comments', postId],
      queryFn: ({ signal, pageParam }) => api.comments(postId, { cursor: pageParam, limit: PAGE_SIZE, signal }),
      ...byCursor,
    }),
});

/** On the air, or on its way to a recording: what the list says of it changes by itself. */
const isMoving = ({ state, recording, trimming }: StreamView) =>
  isOnAir({ state }) || recording === 'preparing' || trimming === 'preparing';

const firstPage: string | undefined = undefined;

const byCursor = {
  initialPageParam: firstPage,
  getNextPageParam: (last: { cursor?: string | undefined }) => last.cursor,
};
