import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { STATUS, type ErrorCode } from '#contract/errors';
import type { MeView, StreamView } from '#contract/http';
import { createApi } from '../api/api.ts';
import type { BrowserPush } from '../api/browser-push.ts';
import { createHttp } from '../api/http.ts';
import { createQueries } from '../api/queries.ts';
import { createSignInSession } from '../api/sign-in-session.ts';
import { browserUpdates } from '../realtime/browser-updates.ts';
import type { Snapshot } from '../realtime/snapshot.ts';
import { render } from '../ui/render.testing.tsx';
import { AppContext, type AppParts } from './app-context.ts';
import { createLanguages } from '../words/languages.ts';
import { createInstallation } from './installation.ts';
import { createRenewal } from './renewal.ts';

/** A call that the app has made of the API. */
type Call = { call: string; body?: unknown };

/**
 * What the API answers, by method and path (of lists of shows also by `?state=`, and of anything by its whole query): a body, null for
 * none, or a refusal.
 */
export type Answers = Record<string, unknown>;

export const refusal = (error: ErrorCode, message = 'No.') =>
  Response.json({ error, message }, { status: STATUS[error] });

export const ASHA = { id: 'usr_1', handle: 'asha', name: 'Asha' };

export const me: MeView = {
  ...ASHA,
  creator: true,
  followers: 0,
  following: 0,
  roles: ['creator'],
  createdAt: '2026-11-22T10:00:00Z',
};

export const makeStream = (change: Partial<StreamView> = {}): StreamView => ({
  id: 'str_1',
  creator: ASHA,
  title: 'First light',
  visibility: 'public',
  latency: 'standard',
  test: false,
  state: 'created',
  ending: false,
  viewers: 0,
  createdAt: '2026-11-22T10:00:00Z',
  recording: 'none',
  ...change,
});

export const makeIngest = (streamKey: string) => ({
  url: `ws://here/stream/live/${streamKey}`,
  streamKey,
  expiresAt: '2026-11-22T10:01:00Z',
});

const slotOf = (text?: string) => {
  let held = text ?? null;
  return { read: () => held, write: (next: string | undefined) => void (held = next ?? null) };
};

const TOKENS = JSON.stringify({ accessToken: 'token', renewAt: 1, expiresAt: 1 });

const nobody = () => Promise.reject(new Error('there is no issuer here'));

const noPush: BrowserPush = {
  permission: () => 'impossible',
  subscribe: async () => undefined,
  current: async () => undefined,
  unsubscribe: async () => {},
};

/** The parts of the app on an API that answers what a test says; what it has no answer for is not found. */
export const createFakeApp = ({
  answers = {},
  signedIn = true,
  onAirElsewhere = false,
  browserPush = noPush,
}: { answers?: Answers; signedIn?: boolean; onAirElsewhere?: boolean; browserPush?: BrowserPush } = {}) => {
  const calls: Call[] = [];
  const followers = new Set<(snapshot: Snapshot) => void>();
  const ofPeople = new Set<(stream: StreamView) => void>();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input, 'http://vybzz.test');
    const call = `${init?.method ?? 'GET'} ${pathname}`;
    calls.push({ call, ...(typeof init?.body === 'string' && { body: JSON.parse(init.body) as unknown }) });
    const state = searchParams.get('state');
    const exact = answers[`${call}?${searchParams.toString()}`];
    const answer = exact ?? ((state !== null && answers[`${call}?state=${state}`]) || answers[call]);
    if (answer === undefined) return refusal('not-found');
    if (answer === null) return new Response(null, { status: 204 });
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  };
  const signInSession = createSignInSession({
    provider: { authorizeUrl: nobody, exchange: nobody, refresh: nobody, endSessionUrl: nobody, randomText: () => 'x' },
    tokens: slotOf(signedIn ? TOKENS : undefined),
    attempt: slotOf(),
    exclusively: (work) => work(),
    leaveFor: () => {},
    now: () => 0,
    wait: async () => {},
  });
  const http = createHttp({ fetch, tokens: signInSession });
  const api = createApi(http);
  const parts: AppParts = {
    api,
    http,
    updates: browserUpdates({ api, browser: 'browser-of-a-test' }),
    signInSession,
    queries: createQueries(api),
    browser: 'browser-of-a-test',
    languages: createLanguages({ kept: slotOf(), read: () => ['en'], onSpoken: () => {} }),
    installation: createInstallation(new EventTarget()),
    browserPush,
    pushId: slotOf(),
    renewal: createRenewal({
      mark: slotOf(),
      online: () => true,
      now: () => 0,
      reload: () => {},
      tellOnAir: () => () => {},
      isTold: async () => onAirElsewhere,
    }),
    followLive: ({ onChange }) => {
      followers.add(onChange);
      return () => followers.delete(onChange);
    },
    followPeople: (onShow) => {
      ofPeople.add(onShow);
      return () => ofPeople.delete(onShow);
    },
  };
  return {
    parts,
    answers,
    queryClient: new QueryClient({ defaultOptions: { queries: { retry: false } } }),
    /** What has been sent to the API with this method. */
    sent: (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') => calls.filter(({ call }) => call.startsWith(method)),
    /** The server pushes that somebody whom one follows has begun or ended a show. */
    pushShow: (stream: StreamView) => {
      for (const hear of ofPeople) hear(stream);
    },
    /** The server pushes what is new of the stream that is followed. */
    push: (snapshot: Snapshot) => {
      for (const follower of followers) follower(snapshot);
    },
  };
};

/** Shows a part of the app by itself. Its links lead nowhere. */
export const renderPart = ({ parts, queryClient }: ReturnType<typeof createFakeApp>, part: ReactNode) => {
  const root = createRootRoute({ component: () => part });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  return render(
    <AppContext value={parts}>
      <QueryClientProvider client={queryClient}>
        {/* The type that is registered is the app's own router's. */}
        <RouterProvider router={router as any} />
      </QueryClientProvider>
    </AppContext>,
  );
};
