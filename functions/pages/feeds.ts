import { type CalendarEvent, SHOW_MS, showUid, writeCalendar } from '#contract/calendar';
import type { PostView } from '#contract/http';
import { feedPaths } from '#domain/app-paths';
import { escapeHtml } from '#domain/html';
import { type Handle, parseHandle, type PostId, type UserId } from '#domain/ids';
import type { Post } from '#domain/post';
import type { Slice } from '#domain/posts-feed';
import type { Stream } from '#domain/stream';
import { pictureOf } from '#domain/upload';
import { avatarUrlOf, type User } from '#domain/user';
import { filledPage } from '../http/filled-page.ts';
import type { PostViews } from '../profiles/post-views.ts';
import { absoluteOn } from './absolute.ts';
import { type AtomEntry, writeAtom } from './atom.ts';
import { shortened } from './head.ts';
import { goesLiveOn, stateOf } from './previews.ts';

type Parts = {
  users: { byHandle(handle: Handle): Promise<User | undefined> };
  streams: { announcedBy(creator: UserId, among: number): Promise<Stream[]> };
  posts: { byAuthor(author: UserId, ask: { limit: number; before: PostId | undefined }): Promise<Slice> };
  postViews: PostViews['postViews'];
  /** The one origin. */
  origin: string;
  clock: () => Date;
};

const POSTS = 30;
/** How many of a creator's newest shows are searched for announced ones, and how many of those are told. */
const ANNOUNCED = { among: 400, told: 100 } as const;
/** A show that is over, or was called off, stays in calendars this long after it was to begin. */
const CALENDAR_KEEPS_MS = 30 * 24 * 60 * 60_000;
const CALENDAR_REFRESH_MINUTES = 60;
const TITLE_CHARACTERS = 100;

/**
 * What a person makes, for programs that people read news and appointments with: as somebody is told who is not signed in, so
 * nothing of shows for followers, and nothing of tests. Undefined where nobody goes by the handle.
 */
export const createFeeds = ({ users, streams, posts, postViews, origin, clock }: Parts) => {
  const host = new URL(origin).hostname;
  const known = async (text: string): Promise<User | undefined> => {
    const handle = parseHandle(text);
    return handle && users.byHandle(handle);
  };

  const announced = async ({ id }: User): Promise<Stream[]> =>
    (await streams.announcedBy(id, ANNOUNCED.among)).filter(
      ({ visibility, test, endedBecause }) =>
        // what moderators have taken down is told to nobody any more
        visibility === 'public' && !test && endedBecause !== 'moderated' && endedBecause !== 'account-deleted',
    );

  const newestPosts = async ({ id }: User): Promise<PostView[]> => {
    const { items } = await filledPage<Post, PostView, PostId>({
      limit: POSTS,
      after: undefined,
      look: async ({ limit, after }) => {
        const { posts: found, more } = await posts.byAuthor(id, { limit, before: after });
        return { items: found, next: more ? found.at(-1)?.id : undefined };
      },
      views: async (found) => (await postViews(found, undefined)).filter(({ stream }) => !stream?.test),
      placeOf: (post) => post.id,
    });
    return items;
  };

  const ofAnnounced = (stream: Stream & { scheduledFor: number }, { name }: User): AtomEntry => ({
    id: `${origin}/watch/${stream.id}`,
    title: stream.title,
    url: `${origin}/watch/${stream.id}`,
    published: new Date(stream.createdAt),
    updated: new Date(stream.editedAt ?? stream.createdAt),
    html: [
      paragraphs(goesLiveOn(name, new Date(stream.scheduledFor)), stream.description),
      pictureHtml(absoluteOn(origin)(pictureOf(stream.creatorId, stream.thumbnail)?.thumbnailUrl), stream.title),
    ].join(''),
  });

  const ofPost = (view: PostView): AtomEntry => {
    const { id, author, text, stream, mediaUrl, mediaType, mediaThumbnailUrl, mediaAlt } = view;
    const moments = [view.createdAt, view.editedAt, stream?.startedAt, stream?.endedAt];
    const picture = mediaThumbnailUrl ?? absoluteOn(origin)(stream?.thumbnail?.thumbnailUrl) ?? stream?.posterUrl;
    const theirs = stream?.creator.id === author.id;
    return {
      id: `${origin}/post/${id}`,
      title: shortened(text || (stream?.title ?? ''), TITLE_CHARACTERS) || `A post by ${author.name}`,
      url: stream && theirs ? `${origin}/watch/${stream.id}` : `${origin}/post/${id}`,
      published: new Date(view.createdAt),
      updated: latest(moments.flatMap((moment) => (moment === undefined ? [] : new Date(moment)))),
      html: [
        paragraphs(text === stream?.title ? '' : text, stream && stateOf(stream), stream?.description),
        pictureHtml(picture, mediaAlt ?? stream?.title ?? ''),
        // of media by address nobody knows what it is
        mediaUrl === undefined || mediaType !== undefined
          ? ''
          : `<p><a href="${escapeHtml(mediaUrl)}">${escapeHtml(mediaAlt ?? mediaUrl)}</a></p>`,
      ].join(''),
      enclosure: mediaUrl !== undefined && mediaType !== undefined ? { url: mediaUrl, type: mediaType } : undefined,
    };
  };

  return {
    /** The newest of what a person has shown and said, and what they have announced (RFC 4287). */
    atom: async (handle: string): Promise<string | undefined> => {
      const user = await known(handle);
      if (!user) return undefined;
      const [shows, views] = await Promise.all([announced(user), newestPosts(user)]);
      const entries = [...shows.filter(isToCome).map((stream) => ofAnnounced(stream, user)), ...views.map(ofPost)].sort(
        (one, other) => other.published.getTime() - one.published.getTime(),
      );
      const page = `${origin}/@${user.handle}`;
      return writeAtom({
        // the handle may change, and it is still the same person
        id: `tag:${host},2026:${user.id}`,
        title: `${user.name} on Vybzz`,
        subtitle: user.bio,
        url: page,
        self: `${origin}${feedPaths(user.handle).atom}`,
        updated: latest([new Date(user.createdAt), ...entries.map(({ updated }) => updated)]),
        author: { name: user.name, url: page },
        icon: absoluteOn(origin)(avatarUrlOf(user)),
        entries,
      });
    },

    /** The shows that a creator has announced, those called off among them (RFC 5545). */
    calendar: async (handle: string): Promise<string | undefined> => {
      const user = await known(handle);
      if (!user) return undefined;
      const from = clock().getTime() - CALENDAR_KEEPS_MS;
      const events = (await announced(user))
        .filter(isAnnounced)
        .filter(({ scheduledFor }) => scheduledFor > from)
        .slice(0, ANNOUNCED.told)
        .map((stream) => toEvent(stream, origin));
      return writeCalendar(events, {
        name: `${user.name} on Vybzz`,
        url: `${origin}/@${user.handle}`,
        source: `${origin}${feedPaths(user.handle).calendar}`,
        everyMinutes: CALENDAR_REFRESH_MINUTES,
      });
    },
  };
};
export type Feeds = ReturnType<typeof createFeeds>;

type Announced = Stream & { scheduledFor: number };
const isAnnounced = (stream: Stream): stream is Announced => stream.scheduledFor !== undefined;
const isToCome = (stream: Stream): stream is Announced => stream.state === 'created' && isAnnounced(stream);

const toEvent = (stream: Announced, origin: string): CalendarEvent => {
  const {
    id,
    title,
    description,
    scheduledFor,
    createdAt,
    startedAt,
    endedAt,
    state,
    edits = 0,
    editedAt = 0,
  } = stream;
  const over = state === 'ended';
  const url = `${origin}/watch/${id}`;
  const planned = scheduledFor + SHOW_MS;
  return {
    uid: showUid(id, origin),
    saidAt: new Date(Math.max(createdAt, editedAt, endedAt ?? 0)),
    sequence: edits + (over ? 1 : 0),
    begins: new Date(scheduledFor),
    // one that began earlier, and was over before its time, still has a length
    ends: new Date(startedAt !== undefined && endedAt !== undefined && endedAt > scheduledFor ? endedAt : planned),
    title,
    note: [description, `Live on Vybzz: ${url}`].filter(Boolean).join('\n\n'),
    url,
    cancelled: over && startedAt === undefined,
    busy: false,
  };
};

const latest = (moments: readonly Date[]): Date => new Date(Math.max(...moments.map((moment) => moment.getTime())));

const pictureHtml = (url: string | undefined, alt: string): string =>
  url === undefined ? '' : `<p><img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}"></p>`;

/** Text as HTML: an empty line begins a paragraph. */
const paragraphs = (...texts: (string | undefined)[]): string =>
  texts
    .flatMap((text) => (text ?? '').split(/\n{2,}/))
    .filter((text) => text.trim() !== '')
    .map((text) => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`)
    .join('');
