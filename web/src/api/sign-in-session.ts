import * as z from 'zod/mini';
import { json } from './api-error.ts';

export type Granted = {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string | undefined;
  lifeMs: number;
};

type Attempt = { state: string; nonce: string; verifier: string };

/**
 * How somebody signs in: as usual; `again`, to prove who they are even where the issuer knows; or `new`, who has no account there yet,
 * where the issuer has a page for that.
 */
export type SignInHow = 'usual' | 'again' | 'new';

/** What the session asks of an OpenID issuer. */
export type IdentityProvider = {
  authorizeUrl: (attempt: Attempt, how: SignInHow) => Promise<string>;
  exchange: (callback: URL, attempt: Attempt) => Promise<Granted>;
  refresh: (refreshToken: string) => Promise<({ granted: true } & Granted) | { granted: false }>;
  endSessionUrl: (idToken: string | undefined) => Promise<string | undefined>;
  randomText: () => string | Promise<string>;
};

/** One named text that outlives the page. */
export type Slot = { read: () => string | null; write: (text: string | undefined) => void };

type Parts = {
  provider: IdentityProvider;
  /**
   * Holds the tokens for all tabs: localStorage. sessionStorage would be copied into a duplicated tab, and two holders of
   * one rotating refresh token end in the issuer revoking both. The access token lies beside the refresh token, which can
   * do more than it can, because a refresh at every page load would be lost by every second reload, token and all.
   */
  tokens: Slot;
  /** Holds a sign-in that is under way: sessionStorage, as only this tab may finish it. */
  attempt: Slot;
  /** Runs one piece of work at a time across all tabs: Web Locks. */
  exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Leaves the app for another page. */
  leaveFor: (url: string) => void;
  /** Removes from this device what else there is of whoever signs out. @default nothing */
  forget?: () => Promise<unknown>;
  now: () => number;
  wait: (ms: number) => Promise<void>;
};

const Tokens = z.object({
  accessToken: z.string(),
  refreshToken: z.optional(z.string()),
  idToken: z.optional(z.string()),
  /** From here on a newer one is fetched, while this one still serves until `expiresAt`. Milliseconds since 1970. */
  renewAt: z.number(),
  expiresAt: z.number(),
});
type Tokens = z.infer<typeof Tokens>;

const Pending = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), returnTo: z.string() });

/** The part of an access token's life after which it is renewed: short-lived ones (Clerk's minute) included. */
const RENEW_AFTER = 0.8;

/**
 * A refresh whose answer was lost is asked for again, at once and a little later: an issuer that rotates its refresh tokens takes
 * the old one for a retry only so long.
 */
const REFRESH_AGAIN_AFTER_MS = [500, 2_000] as const;

/** What is to be forgotten holds nobody up for longer. */
const FORGETS_MS = 3_000;

export type SignInSession = ReturnType<typeof createSignInSession>;

/** Why a sign-in came back without a session. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
}

/** Who is signed in in this browser, and the access token to show for it. */
export const createSignInSession = ({
  provider,
  tokens,
  attempt,
  exclusively,
  leaveFor,
  forget = async () => {},
  now,
  wait,
}: Parts) => {
  const listeners = new Set<() => void>();
  let renewing: Promise<string | undefined> | undefined;
  let finishing: { state: string; returnTo: Promise<string> } | undefined;

  const held = (): Tokens | undefined => {
    const parsed = Tokens.safeParse(json(tokens.read() ?? ''));
    return parsed.success ? parsed.data : undefined;
  };

  const tell = () => {
    for (const listener of listeners) listener();
  };

  const hold = (kept: Tokens | undefined) => {
    tokens.write(kept && JSON.stringify(kept));
    tell();
  };

  const taken = (granted: Granted, before?: Tokens): Tokens => ({
    accessToken: granted.accessToken,
    // An issuer that does not rotate, or gives the id token only once, leaves these out.
    refreshToken: granted.refreshToken ?? before?.refreshToken,
    idToken: granted.idToken ?? before?.idToken,
    renewAt: now() + granted.lifeMs * RENEW_AFTER,
    expiresAt: now() + granted.lifeMs,
  });

  const refreshed = async (refreshToken: string) => {
    for (const waitMs of REFRESH_AGAIN_AFTER_MS) {
      try {
        return await provider.refresh(refreshToken);
      } catch {
        await wait(waitMs);
      }
    }
    return provider.refresh(refreshToken);
  };

  /** A token newer than `refused`, or than the one that is due. Another tab may have fetched it meanwhile. */
  const renewed = (refused?: string) => {
    renewing ??= exclusively(async () => {
      const current = held();
      if (!current) return undefined;
      if (current.accessToken !== refused && now() < current.renewAt) return current.accessToken;
      if (current.refreshToken === undefined) {
        if (current.accessToken !== refused && now() < current.expiresAt) return current.accessToken;
        hold(undefined);
        return undefined;
      }
      const answer = await refreshed(current.refreshToken);
      hold(answer.granted ? taken(answer, current) : undefined);
      return answer.granted ? answer.accessToken : undefined;
    }).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  const finish = async (callback: URL, pending: z.infer<typeof Pending>) => {
    try {
      hold(taken(await provider.exchange(callback, pending)));
    } catch (cause) {
      throw new SignInFailed('The sign-in did not finish.', { cause });
    }
    return pending.returnTo;
  };

  return {
    /** The access token to send, renewed when it is due; undefined when nobody is signed in. */
    async getToken(): Promise<string | undefined> {
      const current = held();
      if (!current || now() < current.renewAt) return current?.accessToken;
      try {
        return await renewed();
      } catch (error) {
        if (now() < current.expiresAt) return current.accessToken;
        throw error;
      }
    },

    /** After a 401: a newer token than the refused one, or undefined when the session is over. */
    replaceToken: (refused: string) => renewed(refused),

    /** Ends the session here, because the API refuses what the issuer gives. */
    giveUp: () => hold(undefined),

    signedIn: () => held() !== undefined,

    /** Called when `signedIn` may have changed, here or (through the store's owner calling `changed`) in another tab. */
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    changed: tell,

    /** Leaves for the issuer's sign-in page; the browser comes back to the redirect URI and then to `returnTo`. */
    async signIn(returnTo: string, how: SignInHow = 'usual') {
      const pending = {
        state: await provider.randomText(),
        nonce: await provider.randomText(),
        verifier: await provider.randomText(),
        returnTo: isInside(returnTo) ? returnTo : '/',
      };
      const url = await provider.authorizeUrl(pending, how);
      attempt.write(JSON.stringify(pending));
      leaveFor(url);
    },

    /** Takes the issuer's answer in the address and gives where to go on. Asked twice about one answer, it redeems once. */
    finishSignIn(callback: URL): Promise<string> {
      const state = callback.searchParams.get('state') ?? '';
      if (finishing?.state === state) return finishing.returnTo;
      const pending = Pending.safeParse(json(attempt.read() ?? ''));
      attempt.write(undefined);
      const returnTo = pending.success
        ? finish(callback, pending.data)
        : Promise.reject(new SignInFailed('No sign-in is under way in this tab.'));
      finishing = { state, returnTo };
      return returnTo;
    },

    /** Forgets the tokens at once, and what else there is here; then ends the issuer's own session where it has a page for that. */
    async signOut() {
      const idToken = held()?.idToken;
      hold(undefined);
      // A page that is left goes on with nothing.
      const forgotten = Promise.race([forget().catch(() => {}), wait(FORGETS_MS)]);
      const url = await provider.endSessionUrl(idToken).catch(() => undefined);
      await forgotten;
      if (url !== undefined) leaveFor(url);
    },
  };
};

/** A path of our own: anything else could send a freshly signed-in person to somebody else's page. */
const isInside = (path: string) => /^\/(?![/\\])/.test(path) && !path.startsWith('/signed-in');
