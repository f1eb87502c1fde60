import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Api } from '../api/api.ts';
import type { Http } from '../api/http.ts';
import type { BrowserPush } from '../api/browser-push.ts';
import type { Queries } from '../api/queries.ts';
import type { SignInSession, Slot } from '../api/sign-in-session.ts';
import type { StreamView } from '#contract/http';
import type { LiveUpdatesParts } from '../realtime/live-updates.ts';
import type { Snapshot } from '../realtime/snapshot.ts';
import type { Languages } from '../words/languages.ts';
import type { Installation } from './installation.ts';
import type { Renewal } from './renewal.ts';

/** The parts of the world that pages may use; `main.tsx` makes them. */
export type AppParts = {
  api: Api;
  /** By which the API is called, for parts of it that come later. */
  http: Http;
  signInSession: SignInSession;
  queries: Queries;
  renewal: Renewal;
  languages: Languages;
  installation: Installation;
  browserPush: BrowserPush;
  /** What the API calls this browser's subscription to Web Push. */
  pushId: Slot;
  /** What this browser calls itself. */
  browser: string;
  /** What a realtime socket needs of this browser. */
  updates: LiveUpdatesParts;
  /** Tells of each change of a stream, until the function that it returns is called. */
  followLive: (following: { streamId: string; mine?: boolean; onChange: (snapshot: Snapshot) => void }) => () => void;
  /** Tells of each show that begins or ends of somebody whom this person follows, until the function that it returns is called. */
  followPeople: (onShow: (stream: StreamView) => void) => () => void;
};

export const AppContext = createContext<AppParts | undefined>(undefined);

export const useApp = (): AppParts => {
  const parts = useContext(AppContext);
  if (!parts) throw new Error('useApp outside of AppContext');
  return parts;
};

export const useSignedIn = () => {
  const { signInSession } = useApp();
  return useSyncExternalStore(signInSession.subscribe, signInSession.signedIn);
};
