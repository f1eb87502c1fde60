import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from '@tanstack/react-router';
import { HomePage } from './home-page.tsx';
import { SignedInPage } from '../people/signed-in-page.tsx';
import { parseFind } from './find.ts';
import { FailedPage } from './failed-page.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { part } from '../ui/part.ts';
import { Shell } from './shell.tsx';
import type { Languages } from '../words/languages.ts';
import { WaitingPage } from '../ui/waiting-page.tsx';

type Context = { languages: Pick<Languages, 'complete'> };

const root = createRootRouteWithContext<Context>()({ component: Shell, notFoundComponent: NotFoundPage });

/** The pages whose code comes when they are opened need words that come with it; a studio may have guests. */
const withWords = { loader: ({ context }: { context: Context }) => context.languages.complete('rest') };
const withGuestsWords = { loader: ({ context }: { context: Context }) => context.languages.complete('rest', 'guests') };

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });

const signedIn = createRoute({ getParentRoute: () => root, path: '/signed-in', component: SignedInPage });

const profile = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/@{$handle}',
  component: lazyRouteComponent(
    part(() => import('./profile-page.tsx')),
    'ProfilePage',
  ),
});

const settings = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/settings',
  component: lazyRouteComponent(
    part(() => import('../people/settings-page.tsx')),
    'SettingsPage',
  ),
});

const moderation = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/moderation',
  component: lazyRouteComponent(
    part(() => import('../people/moderation-page.tsx')),
    'ModerationPage',
  ),
});

const post = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/post/$postId',
  component: lazyRouteComponent(
    part(() => import('./post-page.tsx')),
    'PostPage',
  ),
});

const studio = createRoute({
  getParentRoute: () => root,
  ...withGuestsWords,
  path: '/studio',
  component: lazyRouteComponent(
    part(() => import('../studio/studio-page.tsx')),
    'StudioPage',
  ),
});

const show = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/studio/$streamId',
  component: lazyRouteComponent(
    part(() => import('../studio/show-page.tsx')),
    'ShowPage',
  ),
});

const watch = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/watch/$streamId',
  component: lazyRouteComponent(
    part(() => import('./watch-page.tsx')),
    'WatchPage',
  ),
});

const chat = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/chat/$streamId',
  component: lazyRouteComponent(
    part(() => import('./chat-page.tsx')),
    'ChatPage',
  ),
});

const find = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/find',
  validateSearch: parseFind,
  component: lazyRouteComponent(
    part(() => import('./find-page.tsx')),
    'FindPage',
  ),
});

const api = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/api',
  component: lazyRouteComponent(
    part(() => import('./api-page.tsx')),
    'ApiPage',
  ),
});

const tag = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/tag/$tag',
  component: lazyRouteComponent(
    part(() => import('./tag-page.tsx')),
    'TagPage',
  ),
});

const guest = createRoute({
  getParentRoute: () => root,
  ...withGuestsWords,
  path: '/guest',
  component: lazyRouteComponent(
    part(() => import('./guest-page.tsx')),
    'GuestPage',
  ),
});

const category = createRoute({
  getParentRoute: () => root,
  ...withWords,
  path: '/category/$category',
  component: lazyRouteComponent(
    part(() => import('./category-page.tsx')),
    'CategoryPage',
  ),
});

const routeTree = root.addChildren([
  home,
  signedIn,
  profile,
  settings,
  moderation,
  post,
  studio,
  show,
  watch,
  chat,
  find,
  tag,
  category,
  api,
  guest,
]);

/** @param history where the address is kept; by default the browser's own */
export const createAppRouter = (history?: RouterHistory) =>
  createRouter({
    routeTree,
    // Given by `App`, with the parts.
    context: { languages: { complete: () => Promise.resolve() } },
    ...(history && { history }),
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultErrorComponent: FailedPage,
    defaultPendingComponent: WaitingPage,
  });

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
