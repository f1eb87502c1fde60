import './ui/prompt-effects.ts';
import { MutationCache, QueryClient } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { toast } from './ui/toast.ts';
import { createApi } from './api/api.ts';
import { browserId } from './api/browser-id.ts';
import { createBrowserPush } from './api/browser-push.ts';
import { createHttp } from './api/http.ts';
import { laterProvider } from './api/later-provider.ts';
import { createQueries } from './api/queries.ts';
import { clockBehindMs } from './api/server-clock.ts';
import { createSignInSession } from './api/sign-in-session.ts';
import { createSlot } from './api/slot.ts';
import { App } from './app/app.tsx';
import { browserLanguages, browserRenewal, QUERIES } from './app/page-parts.ts';
import type { AppParts } from './context/app-context.ts';
import { browserUpdates } from './realtime/browser-updates.ts';
import { shareLive } from './realtime/share-live.ts';
import { startLater } from './realtime/start-later.ts';
import { createAppRouter } from './app/router.tsx';
import { forgetKeptShows } from './broadcast/ingest/kept-shows.ts';
import { createInstallation } from './context/installation.ts';
import { errorWords } from './words/error-words.ts';

const TOKENS = 'vybzz.tokens';
const PUSH = 'vybzz.push';
const BROWSER = 'vybzz.browser';
const SIGN_IN = 'vybzz.sign-in';
const RENEWED = 'vybzz.renewed';
const FORGET_AGAIN_MS = 2_000;

const wait = (ms: number) => new Promise<void>((done) => void setTimeout(done, ms));

const fetch: typeof globalThis.fetch = (input, init) => window.fetch(input, init);

const languages = browserLanguages();

// Needed to sign in and needing no one signed in, hence before the signInSession.
const anonymous = createApi(
  createHttp({
    fetch,
    tokens: { getToken: async () => undefined, replaceToken: async () => undefined, giveUp: () => {} },
  }),
);

const signInSession = createSignInSession({
  provider: laterProvider(async () => {
    const { createOidc } = await import('./api/oidc.ts');
    return createOidc({
      authConfig: () => anonymous.authConfig(),
      clockBehindMs: () => clockBehindMs({ fetch, now: () => Date.now() }),
      language: () => languages.spoken().language,
      redirectUri: `${location.origin}/signed-in`,
      signedOutUri: `${location.origin}/`,
    });
  }),
  tokens: createSlot(() => localStorage, TOKENS),
  attempt: createSlot(() => sessionStorage, SIGN_IN),
  // Without Web Locks (an insecure context) there is no WebCrypto to sign in with either.
  exclusively: (work) => navigator.locks.request(TOKENS, work),
  leaveFor: (url) => location.assign(url),
  forget: forgetKeptShows,
  now: () => Date.now(),
  wait,
});

/** A show of this page or another may still run: what it has open goes when it is over. */
const forgetShows = async () => {
  while (!signInSession.signedIn() && !(await forgetKeptShows())) await wait(FORGET_AGAIN_MS);
};
signInSession.subscribe(() => {
  if (!signInSession.signedIn()) void forgetShows();
});

const http = createHttp({ fetch, tokens: signInSession });
const api = createApi(http);

const browser = browserId(createSlot(() => localStorage, BROWSER));

const browserPush = createBrowserPush({ language: () => languages.spoken().language });
const pushId = createSlot(() => localStorage, PUSH);
signInSession.subscribe(() => {
  // who has signed out is told of nothing here any more; the push service tells the API so itself
  if (signInSession.signedIn() || pushId.read() === null) return;
  pushId.write(undefined);
  void browserPush.unsubscribe().catch(() => {});
});

/** A browser may have renewed its subscription since, or lost it. */
const renewPush = async () => {
  if (pushId.read() === null || !signInSession.signedIn()) return;
  const subscription = await browserPush.current();
  pushId.write(subscription && (await api.subscribePush(subscription)).id);
};
renewPush().catch(() => {
  // the next start tries again
});

languages.subscribe(() => {
  if (pushId.read() === null) return;
  browserPush.speak().catch(() => {
    // the next start tries again
  });
});

const live = browserUpdates({ api, browser });

const queryClient = new QueryClient({
  defaultOptions: QUERIES,
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.['quiet'])
        toast.error(errorWords(languages.translator('errors'), languages.spoken().language, error));
    },
  }),
});

const parts: AppParts = {
  api,
  http,
  updates: live,
  signInSession,
  queries: createQueries(api),
  browser,
  languages,
  installation: createInstallation(window),
  browserPush,
  pushId,
  renewal: browserRenewal(
    createSlot(() => sessionStorage, RENEWED),
    navigator,
  ),
  followPeople: (onShow) =>
    startLater(async () => {
      const { startFollowedUpdates } = await import('./realtime/followed-updates.ts');
      return () => startFollowedUpdates(live, onShow);
    }, live),
  followLive: shareLive((following) =>
    startLater(async () => {
      const { startLiveUpdates } = await import('./realtime/live-updates.ts');
      return () => startLiveUpdates(live, following);
    }, live),
  ),
};

const router = createAppRouter();

window.addEventListener('storage', ({ key }) => {
  if (key === TOKENS || key === null) signInSession.changed();
});

// What was answered to one person, or to no one, is not for the next.
let someone = signInSession.signedIn();
signInSession.subscribe(() => {
  if (someone === signInSession.signedIn()) return;
  someone = signInSession.signedIn();
  // Not asked for again at once, as all else is: nobody may be there to ask for.
  queryClient.removeQueries({ queryKey: ['me'] });
  void queryClient.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
});

// Where the words of the language do not come, English does, which is here.
await languages.start().catch(() => {});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App parts={parts} router={router} queryClient={queryClient} />
  </StrictMode>,
);
