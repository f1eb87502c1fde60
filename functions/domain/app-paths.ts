/**
 * Every page of the web app, a parameter in braces. The rooms answer 404 to any other, and no handle is called as a page is
 * (`handle.ts`); `web/src/app/router.test.ts` holds the router to it.
 */
export const APP_PATHS = [
  '/',
  '/@{handle}',
  '/api',
  '/category/{category}',
  '/chat/{streamId}',
  '/find',
  '/guest',
  '/moderation',
  '/post/{postId}',
  '/settings',
  '/signed-in',
  '/studio',
  '/studio/{streamId}',
  '/tag/{tag}',
  '/watch/{streamId}',
] as const;

/** What feed readers and calendars are told of a person, beside their page. */
export const feedPaths = (handle: string) => ({ atom: `/@${handle}/feed.atom`, calendar: `/@${handle}/shows.ics` });

/** First segments of what is no page of the app: the API's, and what lies beside it at the one origin. */
export const OTHER_SEGMENTS = [
  'assets',
  'auth',
  'embed',
  'healthz',
  'icons',
  'media',
  'oembed',
  'posts',
  'realtime',
  'reports',
  'search',
  'stream',
  'users',
  'webhooks',
] as const;

const toPattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);
const PATTERNS = APP_PATHS.map(toPattern);

/** Whether the app has a page at this path. */
export const isAppPath = (path: string): boolean => PATTERNS.some((pattern) => pattern.test(path));

/** What the paths of the origin begin with, parameters aside. */
export const firstSegments = (): string[] => [
  ...OTHER_SEGMENTS,
  ...APP_PATHS.map((path) => path.split('/')[1] ?? '').filter((segment) => /^[\w-]+$/.test(segment)),
];
