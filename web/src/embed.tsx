import './ui/prompt-effects.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi } from './api/api.ts';
import { browserId } from './api/browser-id.ts';
import { createHttp } from './api/http.ts';
import { createQueries } from './api/queries.ts';
import { createSignInSession } from './api/sign-in-session.ts';
import { createSlot } from './api/slot.ts';
import { EmbedFailure, EmbedPage } from './app/embed-page.tsx';
import { browserLanguages, browserRenewal, QUERIES } from './app/page-parts.ts';
import { AppContext, type AppParts } from './context/app-context.ts';
import { createInstallation } from './context/installation.ts';
import { browserUpdates } from './realtime/browser-updates.ts';
import { startLiveUpdates } from './realtime/live-updates.ts';
import { shareLive } from './realtime/share-live.ts';
import { Spoken } from './words/spoken.tsx';
import './ui/tokens.css';
import './ui/base.css';

/** The player of one show inside a page of another site. Nobody is signed in here: that page must not act for anybody. */
const nowhere = () => Promise.reject(new Error('nobody signs in here'));
const none = { read: () => null, write: () => {} };

const signInSession = createSignInSession({
  provider: {
    authorizeUrl: nowhere,
    exchange: nowhere,
    refresh: nowhere,
    endSessionUrl: nowhere,
    randomText: () => '',
  },
  tokens: none,
  attempt: none,
  exclusively: (work) => work(),
  leaveFor: () => {},
  now: () => Date.now(),
  wait: async () => {},
});
const http = createHttp({ fetch: (input, init) => window.fetch(input, init), tokens: signInSession });
const api = createApi(http);
const browser = browserId(createSlot(() => localStorage, 'vybzz.browser'));

const updates = browserUpdates({ api, browser });
const languages = browserLanguages();

const parts: AppParts = {
  api,
  http,
  updates,
  signInSession,
  queries: createQueries(api),
  browser,
  languages,
  renewal: browserRenewal(none, {}),
  // a page of another site is not put among a device's own
  installation: createInstallation(new EventTarget()),
  followPeople: () => () => {},
  // and nobody is asked for notices
  browserPush: {
    permission: () => 'impossible',
    subscribe: async () => undefined,
    current: async () => undefined,
    unsubscribe: async () => {},
  },
  pushId: none,
  followLive: shareLive((following) => startLiveUpdates(updates, following)),
};

const queryClient = new QueryClient({ defaultOptions: QUERIES });

await languages
  .start()
  .then(() => languages.complete('rest'))
  .catch(() => {});

const [, , streamId = ''] = location.pathname.split('/');
const root = document.getElementById('root');
if (!root) throw new Error('embed.html has no #root');
createRoot(root).render(
  <StrictMode>
    <AppContext value={parts}>
      <QueryClientProvider client={queryClient}>
        <Spoken languages={languages}>
          <EmbedFailure>
            <EmbedPage
              streamId={decodeURIComponent(streamId)}
              autoplay={new URLSearchParams(location.search).get('autoplay') === '1'}
            />
          </EmbedFailure>
        </Spoken>
      </QueryClientProvider>
    </AppContext>
  </StrictMode>,
);
