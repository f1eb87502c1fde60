import type { StreamView } from '#contract/http';
import { parseHandle, parsePostId, parseStreamId, type Handle, type PostId, type StreamId } from '#domain/ids';
import { feedPaths, isAppPath } from '#domain/app-paths';
import type { Post } from '#domain/post';
import { isLiveToViewers, type Stream } from '#domain/stream';
import { avatarUrlOf, type User } from '#domain/user';
import type { PostViews } from '../profiles/post-views.ts';
import type { StreamViews } from '../shows/views.ts';
import { absoluteOn } from './absolute.ts';
import type { Preview } from './head.ts';

/** What is at a path, to somebody of whom nothing is known: crawlers and people are told the same. */
export type Found =
  | { found: 'preview'; preview: Preview; streamId?: StreamId }
  /** A page of the app that is nobody's, or a show that is not for everybody: nothing is told of it. */
  | { found: 'page' | 'closed' }
  | { found: 'nothing' };

type Parts = {
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  users: { byHandle(handle: Handle): Promise<User | undefined> };
  posts: { find(id: PostId): Promise<Post | undefined> };
  views: Pick<StreamViews, 'view'>;
  postViews: PostViews['postViews'];
  /** The one origin. */
  origin: string;
};

/** What a player is embedded at, and what most places that embed one have. */
export const PLAYER = { width: 1280, height: 720 } as const;

const WHEN = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Previews of shows, profiles and posts, by the paths of their pages. */
export const createPreviews = ({ streams, users, posts, views, postViews, origin }: Parts) => {
  const sign = { url: `${origin}/icons/preview.png`, alt: 'Vybzz' };

  const ofSite = (): Preview => ({
    title: 'Vybzz',
    description: 'Go live from your browser: nothing to install, and a show that survives dropped Wi-Fi.',
    url: `${origin}/`,
    kind: 'website',
    image: sign,
    wide: true,
    indexed: true,
  });

  const ofShow = (view: StreamView): Preview => ({
    title: view.title,
    description: [stateOf(view), view.description].filter(Boolean).join(' '),
    url: `${origin}/watch/${view.id}`,
    kind: 'video.other',
    image: pictured(view) ?? sign,
    wide: true,
    language: view.language,
    author: { name: view.creator.name, url: `${origin}/@${view.creator.handle}` },
    player: { url: `${origin}/embed/${view.id}`, ...PLAYER },
    // a show that was called off, or of which nothing is left, is nothing to find
    indexed: !view.test && (view.state !== 'ended' || view.recording === 'ready'),
  });

  /** A show's own picture, or Mux's of it. */
  const pictured = ({ thumbnail, posterUrl, title }: StreamView): Preview['image'] | undefined => {
    const url = absoluteOn(origin)(thumbnail?.url) ?? posterUrl;
    return url === undefined ? undefined : { url, alt: title };
  };

  const show = async (text: string): Promise<Found> => {
    const id = parseStreamId(text);
    const stream = id && (await streams.get(id));
    if (!stream) return { found: 'nothing' };
    if (stream.visibility !== 'public') return { found: 'closed' };
    const view = await views.view(stream);
    return view ? { found: 'preview', preview: ofShow(view), streamId: stream.id } : { found: 'nothing' };
  };

  const profile = async (text: string): Promise<Found> => {
    const handle = parseHandle(text);
    const user = handle && (await users.byHandle(handle));
    if (!user) return { found: 'nothing' };
    const { name, bio, links = [] } = user;
    const avatarUrl = absoluteOn(origin)(avatarUrlOf(user));
    return {
      found: 'preview',
      preview: {
        title: `${name} (@${user.handle})`,
        description: bio || `Shows and posts by ${name} on Vybzz.`,
        url: `${origin}/@${user.handle}`,
        kind: 'profile',
        image: avatarUrl === undefined ? sign : { url: avatarUrl, alt: name },
        wide: avatarUrl === undefined,
        author: { name, url: `${origin}/@${user.handle}` },
        indexed: true,
        feeds: feedsOf(user, origin),
        elsewhere: links.map(({ url }) => url),
      },
    };
  };

  const post = async (text: string): Promise<Found> => {
    const id = parsePostId(text);
    const found = id && (await posts.find(id));
    const [view] = found ? await postViews([found], undefined) : [];
    if (!view) return { found: 'nothing' };
    const { author, stream, mediaUrl, mediaType, mediaThumbnailUrl, mediaAlt } = view;
    const avatarUrl = absoluteOn(origin)(author.avatarUrl);
    // of media by address nobody knows whether it is a picture; a film is none
    const picture =
      mediaThumbnailUrl ??
      (mediaType?.startsWith('video/') ? undefined : mediaUrl) ??
      (stream && pictured(stream)?.url);
    return {
      found: 'preview',
      preview: {
        title: `${author.name} on Vybzz`,
        description: view.text || stream?.title || `A post by ${author.name}.`,
        url: `${origin}/post/${view.id}`,
        kind: 'article',
        image:
          picture !== undefined
            ? { url: picture, alt: mediaAlt ?? `By ${author.name}` }
            : avatarUrl !== undefined
              ? { url: avatarUrl, alt: author.name }
              : sign,
        wide: picture !== undefined || avatarUrl === undefined,
        author: { name: author.name, url: `${origin}/@${author.handle}` },
        indexed: true,
      },
    };
  };

  return {
    ofSite,
    show,
    /** @param path decoded, as in the address */
    at: async (path: string): Promise<Found> => {
      if (path === '/') return { found: 'preview', preview: ofSite() };
      const [, first = '', second = '', ...rest] = path.replace(/\/$/, '').split('/');
      if (rest.length === 0 && second !== '') {
        if (first === 'watch') return show(second);
        if (first === 'post') return post(second);
      }
      if (first.startsWith('@') && second === '') return profile(first.slice(1));
      return { found: isAppPath(path) ? 'page' : 'nothing' };
    },
  };
};
export type Previews = ReturnType<typeof createPreviews>;

/** Where programs that read feeds and calendars find what a person makes. */
const feedsOf = ({ handle, name, creator }: User, origin: string): Preview['feeds'] => {
  const { atom, calendar } = feedPaths(handle);
  return [
    { type: 'application/atom+xml', url: `${origin}${atom}`, title: `Shows and posts by ${name}` },
    ...(creator ? [{ type: 'text/calendar', url: `${origin}${calendar}`, title: `Shows by ${name}` }] : []),
  ];
};

/** How a show stands, in a sentence. */
export const stateOf = (view: StreamView): string => {
  const { name } = view.creator;
  if (isLiveToViewers(view)) return `${name} is live now.`;
  if (view.state !== 'ended')
    return view.scheduledFor === undefined
      ? `${name} is about to go live.`
      : goesLiveOn(name, new Date(view.scheduledFor));
  return view.recording === 'ready' ? `The recording of a show by ${name}.` : `A show by ${name}.`;
};

/** What is told of a show that is announced. */
export const goesLiveOn = (name: string, at: Date): string => `${name} goes live on ${WHEN.format(at)} UTC.`;
