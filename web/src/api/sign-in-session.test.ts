import { describe, expect, it } from 'vitest';
import {
  createSignInSession,
  SignInFailed,
  type Granted,
  type IdentityProvider,
  type Slot,
} from './sign-in-session.ts';

const LIFE_MS = 100_000;

const memory = (text?: string): Slot & { text: string | undefined } => {
  const slot = {
    text,
    read: () => slot.text ?? null,
    write: (next: string | undefined) => {
      slot.text = next;
    },
  };
  return slot;
};

/** Web Locks for every tab that shares it. */
const lock = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
};

const grant = (accessToken: string, refreshToken?: string): Granted => ({
  accessToken,
  refreshToken,
  idToken: undefined,
  lifeMs: LIFE_MS,
});

/** An issuer whose refresh tokens are good once: a second use revokes all. */
const rotatingIssuer = () => {
  let current = 1;
  let revoked = false;
  const issuer = {
    refreshes: 0,
    current: () => `refresh-${current}`,
    refresh: async (token: string): ReturnType<IdentityProvider['refresh']> => {
      issuer.refreshes += 1;
      await Promise.resolve();
      if (revoked || token !== `refresh-${current}`) {
        revoked = true;
        return { granted: false };
      }
      current += 1;
      return { granted: true, ...grant(`access-${current}`, `refresh-${current}`) };
    },
  };
  return issuer;
};

const stored = (accessToken: string) =>
  JSON.stringify({
    accessToken,
    refreshToken: 'refresh-1',
    idToken: 'id-1',
    renewAt: LIFE_MS * 0.8,
    expiresAt: LIFE_MS,
  });

const makeSession = ({
  provider = {},
  tokens = memory(),
  attempt = memory(),
  exclusively = lock(),
  clock = { ms: 0 },
  forget,
  wait = async () => {},
}: {
  provider?: Partial<IdentityProvider>;
  tokens?: Slot;
  attempt?: Slot;
  exclusively?: ReturnType<typeof lock>;
  clock?: { ms: number };
  forget?: () => Promise<void>;
  wait?: () => Promise<void>;
} = {}) => {
  const left: string[] = [];
  let random = 0;
  const session = createSignInSession({
    provider: {
      authorizeUrl: async ({ state }) => `https://issuer/authorize?state=${state}`,
      exchange: async () => grant('access-1', 'refresh-1'),
      refresh: async () => ({ granted: false }),
      endSessionUrl: async (idToken) => `https://issuer/end?hint=${idToken}`,
      randomText: () => `random-${(random += 1)}`,
      ...provider,
    },
    tokens,
    attempt,
    exclusively,
    leaveFor: (url) => left.push(url),
    ...(forget && { forget }),
    now: () => clock.ms,
    wait,
  });
  return { session, left, tokens, attempt, clock };
};

describe('a refresh whose answer is lost', () => {
  const due = { ms: LIFE_MS };
  it('is asked for again, so that nobody is signed out by a bad network', async () => {
    let asked = 0;
    const refresh = async () => {
      asked += 1;
      if (asked < 3) throw new TypeError('Failed to fetch');
      return { granted: true as const, ...grant('access-2', 'refresh-2') };
    };
    const { session } = makeSession({ provider: { refresh }, tokens: memory(stored('access-1')), clock: due });
    expect(await session.getToken()).toBe('access-2');
    expect(asked).toBe(3);
  });

  it('leaves the session as it was where none comes at all', async () => {
    const refresh = () => Promise.reject(new TypeError('Failed to fetch'));
    const { session } = makeSession({ provider: { refresh }, tokens: memory(stored('access-1')), clock: due });
    await expect(session.getToken()).rejects.toThrow();
    expect(session.signedIn()).toBe(true);
  });
});

describe('signing in', () => {
  it('goes to the issuer and comes back to where one was, with a token', async () => {
    const { session, left } = makeSession();
    await session.signIn('/watch/str_1?t=3');
    expect(left).toEqual(['https://issuer/authorize?state=random-1']);
    expect(session.signedIn()).toBe(false);

    const returnTo = await session.finishSignIn(new URL('http://here/signed-in?code=c&state=random-1'));
    expect(returnTo).toBe('/watch/str_1?t=3');
    expect(session.signedIn()).toBe(true);
    expect(await session.getToken()).toBe('access-1');
  });

  it('redeems a code once, though the page asks twice', async () => {
    let exchanged = 0;
    const { session } = makeSession({
      provider: {
        exchange: async () => {
          exchanged += 1;
          return grant('access-1');
        },
      },
    });
    await session.signIn('/studio');
    const callback = new URL('http://here/signed-in?code=c&state=random-1');
    expect(await Promise.all([session.finishSignIn(callback), session.finishSignIn(callback)])).toEqual([
      '/studio',
      '/studio',
    ]);
    expect(exchanged).toBe(1);
  });

  it.each(['https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', '/signed-in?code=c'])(
    'does not go on to %s',
    async (returnTo) => {
      const { session } = makeSession();
      await session.signIn(returnTo);
      expect(await session.finishSignIn(new URL('http://here/signed-in?code=c&state=random-1'))).toBe('/');
    },
  );

  it('says so when no sign-in is under way in this tab', async () => {
    const { session } = makeSession();
    await expect(session.finishSignIn(new URL('http://here/signed-in?code=c&state=s'))).rejects.toThrow(SignInFailed);
    expect(session.signedIn()).toBe(false);
  });

  it('says so when the issuer refuses the code, and leaves nothing behind', async () => {
    const { session, attempt } = makeSession({ provider: { exchange: () => Promise.reject(new Error('refused')) } });
    await session.signIn('/');
    await expect(session.finishSignIn(new URL('http://here/signed-in?state=random-1'))).rejects.toThrow(SignInFailed);
    expect(session.signedIn()).toBe(false);
    expect(attempt.read()).toBeNull();
  });
});

describe('the access token', () => {
  it('is none when nobody is signed in, or what is stored is not ours', async () => {
    expect(await makeSession().session.getToken()).toBeUndefined();
    expect(await makeSession({ tokens: memory('{"accessToken":1}') }).session.getToken()).toBeUndefined();
    expect(await makeSession({ tokens: memory('not json') }).session.getToken()).toBeUndefined();
  });

  it('is kept while it is young', async () => {
    const issuer = rotatingIssuer();
    const { session, clock } = makeSession({ provider: issuer, tokens: memory(stored('access-1')) });
    clock.ms = LIFE_MS * 0.8 - 1;
    expect(await session.getToken()).toBe('access-1');
    expect(issuer.refreshes).toBe(0);
  });

  it('is renewed before it expires, once for all who ask', async () => {
    const issuer = rotatingIssuer();
    const { session, clock } = makeSession({ provider: issuer, tokens: memory(stored('access-1')) });
    clock.ms = LIFE_MS * 0.8;
    expect(await Promise.all([session.getToken(), session.getToken(), session.getToken()])).toEqual([
      'access-2',
      'access-2',
      'access-2',
    ]);
    expect(issuer.refreshes).toBe(1);
  });

  it('is renewed once for all tabs, whose refresh token is good only once', async () => {
    const issuer = rotatingIssuer();
    const shared = {
      provider: issuer,
      tokens: memory(stored('access-1')),
      exclusively: lock(),
      clock: { ms: LIFE_MS },
    };
    const tabs = Array.from({ length: 5 }, () => makeSession(shared).session);
    expect(new Set(await Promise.all(tabs.map((tab) => tab.getToken())))).toEqual(new Set(['access-2']));
    expect(issuer.refreshes).toBe(1);
  });

  it('serves on while the issuer cannot be reached, until it expires', async () => {
    const refresh = () => Promise.reject(new Error('unreachable'));
    const { session, clock } = makeSession({ provider: { refresh }, tokens: memory(stored('access-1')) });
    clock.ms = LIFE_MS - 1;
    expect(await session.getToken()).toBe('access-1');
    clock.ms = LIFE_MS;
    await expect(session.getToken()).rejects.toThrow('unreachable');
    expect(session.signedIn()).toBe(true);
  });

  it('ends with the session when the issuer takes the grant back', async () => {
    const { session, clock } = makeSession({ tokens: memory(stored('access-1')) });
    let told = 0;
    session.subscribe(() => (told += 1));
    clock.ms = LIFE_MS;
    expect(await session.getToken()).toBeUndefined();
    expect(session.signedIn()).toBe(false);
    expect(told).toBe(1);
  });

  it('ends with its own life where the issuer gave no refresh token', async () => {
    const tokens = memory(JSON.stringify({ accessToken: 'access-1', renewAt: 80, expiresAt: 100 }));
    const { session, clock } = makeSession({ tokens });
    clock.ms = 99;
    expect(await session.getToken()).toBe('access-1');
    clock.ms = 100;
    expect(await session.getToken()).toBeUndefined();
  });
});

describe('a token that was refused', () => {
  it('is replaced though it looks young', async () => {
    const issuer = rotatingIssuer();
    const { session } = makeSession({ provider: issuer, tokens: memory(stored('access-1')) });
    expect(await session.replaceToken('access-1')).toBe('access-2');
  });

  it('is not replaced twice: the one that another call fetched meanwhile is given', async () => {
    const issuer = rotatingIssuer();
    const { session } = makeSession({ provider: issuer, tokens: memory(stored('access-1')) });
    await session.replaceToken('access-1');
    expect(await session.replaceToken('access-1')).toBe('access-2');
    expect(issuer.refreshes).toBe(1);
  });
});

describe('signing out', () => {
  it('forgets the tokens before it goes to end the session at the issuer', async () => {
    const { session, left, tokens } = makeSession({ tokens: memory(stored('access-1')) });
    await session.signOut();
    expect(tokens.read()).toBeNull();
    expect(left).toEqual(['https://issuer/end?hint=id-1']);
  });

  it('does not leave the page before what else there is of this person here is removed, nor wait for that for ever', async () => {
    let removed = () => {};
    const removing = () => new Promise<void>((resolve) => (removed = resolve));
    const never = () => new Promise<void>(() => {});
    const waits = makeSession({ tokens: memory(stored('access-1')), forget: removing, wait: never });
    const signingOut = waits.session.signOut();
    await new Promise((resolve) => void setImmediate(resolve));
    expect([waits.session.signedIn(), waits.left]).toEqual([false, []]);
    removed();
    await signingOut;
    expect(waits.left.length).toBe(1);
    const hangs = makeSession({ tokens: memory(stored('access-1')), forget: never });
    await hangs.session.signOut();
    expect(hangs.left.length).toBe(1);
  });

  it('forgets the tokens though the issuer is away', async () => {
    const { session, left } = makeSession({
      tokens: memory(stored('access-1')),
      provider: { endSessionUrl: () => Promise.reject(new Error('unreachable')) },
    });
    await session.signOut();
    expect(session.signedIn()).toBe(false);
    expect(left).toEqual([]);
  });
});
