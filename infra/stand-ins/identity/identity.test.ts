import { scryptSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import * as fc from 'fast-check';
import { ResponseBodyError } from 'oauth4webapi';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Browser, openBrowser, openWebApp, signIn, WEB_ORIGIN, type WebApp } from './browser.testing.ts';
import { RETRY_SECONDS } from './grants.ts';
import { GUESSES } from './guesses.ts';
import { startIdentity } from './server.ts';

type Identity = Awaited<ReturnType<typeof startIdentity>>;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const tempDir = async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'vybzz-identity-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
};
const start = async (options: Partial<Parameters<typeof startIdentity>[0]> = {}) => {
  const dataDir = options.dataDir ?? (await tempDir());
  const identity = await startIdentity({ port: 0, webOrigin: WEB_ORIGIN, ...options, dataDir });
  endings.push(() => identity.close());
  return identity;
};
const setUp = async (options: Partial<Parameters<typeof startIdentity>[0]> = {}) => {
  const identity = await start(options);
  return { identity, browser: openBrowser(), web: await openWebApp(identity) };
};

/** As the API verifies it, but that the keys come over http. */
const verify = (token: string, { issuer, audience }: Identity, jwksUri: string) => {
  const fetcher = {
    fetch: async (uri: string) => new Uint8Array(await (await fetch(uri)).arrayBuffer()).buffer,
  };
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache: new SimpleJwksCache({ fetcher }) });
  return verifier.verify(token);
};
const pageOf = async (browser: Browser, web: WebApp, more: Record<string, string> = {}) => {
  const { url, verifier } = await web.begin(more);
  const page = await browser.open(url);
  return { url: page.url, html: await page.response.text(), response: page.response, verifier };
};
const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ResponseBodyError)) throw new Error('this was not refused', { cause: error });
  return error.error;
};

describe('signing in', () => {
  test('with login and password gives an access token that the API can verify and make a user of', async () => {
    const { identity, browser, web } = await setUp();
    const tokens = await signIn(browser, web, { login: 'asha', password: identity.password });
    const claims = await verify(tokens.access_token, identity, web.server.jwks_uri ?? '');
    expect(claims).toMatchObject({
      iss: identity.issuer,
      aud: 'vybzz-api',
      sub: 'asha',
      scope: 'api',
      client_id: 'vybzz-web',
      name: 'Asha Rao',
      preferred_username: 'asha',
      email: 'asha@vybzz.example',
      vybzz_creator: true,
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
    expect(JSON.parse(Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({
      alg: 'RS256',
      typ: 'at+jwt',
    });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, refresh_token: expect.any(String) });
    const idToken: unknown = JSON.parse(
      Buffer.from((tokens.id_token ?? '').split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(idToken).toMatchObject({ sub: 'asha', aud: 'vybzz-web', name: 'Asha Rao', preferred_username: 'asha' });
  });

  test('with one click on an account needs no password, and a viewer is no creator', async () => {
    const { identity, browser, web } = await setUp();
    const tokens = await signIn(browser, web, { account: 'chen' });
    const claims = await verify(tokens.access_token, identity, web.server.jwks_uri ?? '');
    expect(claims).toMatchObject({ sub: 'chen', name: 'Chen Wei' });
    expect(claims).not.toHaveProperty('vybzz_creator');
  });

  test('a second time in the same browser shows no page', async () => {
    const { browser, web } = await setUp();
    await signIn(browser, web, { account: 'asha' });
    const { url } = await web.begin();
    const again = await browser.open(url);
    expect(again.url.origin + again.url.pathname).toBe(`${WEB_ORIGIN}/signed-in`);
    expect(again.url.searchParams.get('code')).toBeTruthy();
  });

  test('another account can be asked for, and the login is filled in', async () => {
    const { browser, web } = await setUp();
    const { refresh_token: first } = await signIn(browser, web, { account: 'asha' });
    const page = await pageOf(browser, web, { prompt: 'login', login_hint: 'bil"al' });
    expect(page.html).toContain('value="bil&quot;al"');
    const { url } = await browser.submit(page, { account: 'bilal' });
    const tokens = await web.finish(url, page.verifier);
    expect(JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      sub: 'bilal',
    });
    expect(await refused(web.refresh(first ?? ''))).toBe('invalid_grant');
  });

  test('consent that a client asks for is given without a page', async () => {
    const { browser, web } = await setUp();
    const page = await pageOf(browser, web, { prompt: 'consent' });
    const { url } = await browser.submit(page, { account: 'asha' });
    expect(url.searchParams.get('code')).toBeTruthy();
  });

  test('a wrong password or an unknown login is refused in the same words, and the page stays', async () => {
    const { identity, browser, web } = await setUp();
    let page = await pageOf(browser, web);
    const tries = [
      { login: 'asha', password: 'wrong' },
      { login: '<b>"nobody', password: identity.password },
    ];
    for (const fields of tries) {
      const { url, response } = await browser.submit(page, fields);
      const html = await response.text();
      expect(response.status).toBe(401);
      expect(html).toContain('That login and password do not go together.');
      expect(html).not.toContain('<b>"nobody');
      page = { ...page, url, html };
    }
    const { url } = await browser.submit(page, { login: ' Asha ', password: identity.password });
    expect(url.searchParams.get('code')).toBeTruthy();
  });

  test('after five wrong passwords in a minute, guessing waits; one click does not', async () => {
    let now = Date.now();
    const { identity, browser, web } = await setUp({ now: () => now });
    const page = await pageOf(browser, web);
    const guess = async (password: string) => (await browser.submit(page, { login: 'asha', password })).response;
    for (let n = 0; n < GUESSES.wrong; n += 1) expect((await guess(`wrong-${n}`)).status).toBe(401);
    const tooMany = await guess(identity.password);
    expect([tooMany.status, tooMany.headers.get('retry-after')]).toEqual([429, '60']);
    now += GUESSES.windowMs;
    const { url } = await browser.submit(page, { login: 'asha', password: identity.password });
    expect(url.searchParams.get('code')).toBeTruthy();
  });

  test('the page may send its form here and on to the web app, and nothing else', async () => {
    const { browser, web } = await setUp();
    const { response, html } = await pageOf(browser, web);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`form-action 'self' ${WEB_ORIGIN}`);
    expect(policy).not.toContain('script-src');
    expect(html).not.toContain('<script');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('a sign-in of another browser, and a form of any size, is refused with a way back', async () => {
    const { browser, web } = await setUp();
    const page = await pageOf(browser, web);
    const stranger = await openBrowser().visit(page.url);
    expect(stranger.status).toBe(400);
    expect(await stranger.text()).toContain(`href="${WEB_ORIGIN}/"`);
    const { response } = await browser.submit(page, { login: 'asha', password: 'x'.repeat(100_000) });
    expect(response.status).toBe(413);
  });
});

describe('the pages', () => {
  const inLanguage = async (languages: string | undefined) => {
    const { identity, web } = await setUp();
    return { identity, web, browser: openBrowser(WEB_ORIGIN, languages) };
  };

  test.each([
    [undefined, 'en', 'ltr', 'Choose a demo account.'],
    ['*', 'en', 'ltr', 'Choose a demo account.'],
    ['en-GB,en;q=0.9', 'en', 'ltr', 'Choose a demo account.'],
    ['ur-PK,ur;q=0.9,en;q=0.8', 'ur', 'rtl', 'کوئی ڈیمو اکاؤنٹ چنیں۔'],
    ['fr, en;q=0.4, ur;q=0.5', 'ur', 'rtl', 'کوئی ڈیمو اکاؤنٹ چنیں۔'],
    ['ur-Latn-PK, ur;q=0.5', 'ur-Latn', 'ltr', 'Koi demo account chunein.'],
    ['ur;q=0, en;q=0.1', 'en', 'ltr', 'Choose a demo account.'],
    [';;q=x,,-'.repeat(500), 'en', 'ltr', 'Choose a demo account.'],
  ])('to who reads %s are in %s', async (languages, language, direction, words) => {
    const { browser, web } = await inLanguage(languages);
    const { html, response } = await pageOf(browser, web);
    expect(html).toContain(`<html lang="${language}" dir="${direction}">`);
    expect(html).toContain(words);
    expect(response.headers.get('content-language')).toBe(language);
  });

  test.each([
    ['ur', 'ur'],
    ['fr ur-Latn en', 'ur-Latn'],
    ['fr', 'en'],
  ])('are in what was chosen in the app (%s), whatever the browser says', async (chosen, language) => {
    const { identity, browser, web } = await inLanguage('en-GB,en;q=0.9');
    const page = await pageOf(browser, web, { ui_locales: chosen });
    expect(page.html).toContain(`<html lang="${language}" `);
    await browser.submit(page, { login: 'asha', password: identity.password });
    const out = new URL(web.server.end_session_endpoint ?? '');
    out.searchParams.set('ui_locales', chosen);
    expect((await browser.open(out)).response.headers.get('content-language')).toBe(language);
  });

  test('say in the same language what went wrong, and sign out in it', async () => {
    const { identity, browser, web } = await inLanguage('ur');
    const page = await pageOf(browser, web);
    const wrong = await browser.submit(page, { login: 'asha', password: 'wrong' });
    expect(await wrong.response.text()).toContain('یہ لاگ اِن اور پاس ورڈ ایک ساتھ درست نہیں۔');
    const taken = await browser.submit(page, { name: 'Asha', join: 'asha', password: 'a long password' });
    expect(await taken.response.text()).toContain('یہ لاگ اِن کسی اور کا ہے۔');
    const stranger = await openBrowser(WEB_ORIGIN, 'ur').visit(page.url);
    expect(await stranger.text()).toContain('اس سائن اِن کا وقت ختم ہو گیا');
    const foreign = await web.begin({ redirect_uri: 'https://elsewhere.example/' });
    expect(await (await browser.open(foreign.url)).response.text()).toContain('یہ نہیں ہو سکا');
    await browser.submit(page, { login: 'asha', password: identity.password });
    const out = await browser.open(web.server.end_session_endpoint ?? '');
    expect(await out.response.text()).toContain('Vybzz سے سائن آؤٹ کریں؟');
  });
});

describe('joining', () => {
  const WANTED = { name: 'Dara Singh', join: 'dara', password: 'a long password' };

  test('with a name and a password makes an account that may go live, and signs in with it at once', async () => {
    const { identity, browser, web } = await setUp();
    const tokens = await signIn(browser, web, { ...WANTED, join: ' Dara ' });
    expect(await verify(tokens.access_token, identity, web.server.jwks_uri ?? '')).toMatchObject({
      sub: 'dara',
      name: 'Dara Singh',
      preferred_username: 'dara',
      vybzz_creator: true,
    });
    const elsewhere = await signIn(openBrowser(), web, { login: 'Dara', password: WANTED.password });
    expect(await verify(elsewhere.access_token, identity, web.server.jwks_uri ?? '')).toMatchObject({ sub: 'dara' });
  });

  test('is what the page begins with for who says that they are new, and who is not signs in there', async () => {
    const { identity, browser, web } = await setUp();
    expect(web.server['prompt_values_supported']).toContain('create');
    const join = /<details class="join"\s+open>/;
    expect((await pageOf(browser, web)).html).not.toMatch(join);
    const page = await pageOf(browser, web, { prompt: 'create' });
    expect(page.html).toMatch(join);
    expect(page.html.indexOf('join-login')).toBeLessThan(page.html.indexOf('name="account"'));
    const { url } = await browser.submit(page, WANTED);
    const tokens = await web.finish(url, page.verifier);
    expect(await verify(tokens.access_token, identity, web.server.jwks_uri ?? '')).toMatchObject({ sub: 'dara' });
    // asked for once more, it is asked once more, whoever is signed in
    const again = await pageOf(browser, web, { prompt: 'create' });
    expect(again.html).toMatch(join);
    const { url: back } = await browser.submit(again, { account: 'asha' });
    const { access_token: ashas } = await web.finish(back, again.verifier);
    expect(await verify(ashas, identity, web.server.jwks_uri ?? '')).toMatchObject({ sub: 'asha' });
  });

  test('keeps the account over a restart, and the password as nobody can read it', async () => {
    const dataDir = await tempDir();
    const { identity, browser, web } = await setUp({ dataDir });
    await signIn(browser, web, WANTED);
    await signIn(openBrowser(), web, { ...WANTED, join: 'erik' });
    await identity.close();

    const file = path.join(dataDir, 'people.json');
    const kept = await readFile(file, 'utf8');
    expect(kept).not.toContain(WANTED.password);
    // whoever has the same password is not seen to have it
    const people: { salt: string; hash: string }[] = JSON.parse(kept);
    expect([new Set(people.map(({ salt }) => salt)).size, new Set(people.map(({ hash }) => hash)).size]).toEqual([
      2, 2,
    ]);
    for (const { salt, hash } of people)
      expect(scryptSync(WANTED.password, Buffer.from(salt, 'hex'), 32).toString('hex')).toBe(hash);
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');

    const again = await start({ dataDir, port: identity.port });
    const tokens = await signIn(openBrowser(), web, { login: 'dara', password: WANTED.password });
    expect(await verify(tokens.access_token, again, web.server.jwks_uri ?? '')).toMatchObject({ sub: 'dara' });
  });

  test.each([
    ['a login of a demo account', { join: 'asha' }, 'This login is taken.'],
    ['a login that is a path', { join: '../me' }, 'A login is 3 to 30'],
    ['a login of two letters', { join: 'ab' }, 'A login is 3 to 30'],
    ['no name', { name: '  ' }, 'A name has 1 to 80 characters.'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'A name has 1 to 80 characters.'],
    ['a password of seven characters', { password: '1234567' }, 'A password has at least 8 characters.'],
    ['a password of 201 characters', { password: 'x'.repeat(201) }, 'A password has at most 200 characters.'],
  ])('with %s is refused with the reason, and what was written stays', async (_, fields, reason) => {
    const { browser, web } = await setUp();
    const wanted = { ...WANTED, ...fields };
    const { response } = await browser.submit(await pageOf(browser, web), wanted);
    const html = await response.text();
    expect(response.status).toBe(400);
    expect(html).toContain(reason);
    expect(html).toMatch(/<details class="join"\s+open>/);
    expect(html).toContain(`value="${wanted.name.trim()}"`);
    expect(html).not.toContain(wanted.password);
  });

  test('shows what was written as text, whatever it is', async () => {
    const { browser, web } = await setUp();
    const name = '"><script>alert(1)</script>';
    const { response } = await browser.submit(await pageOf(browser, web), { ...WANTED, name, password: 'short' });
    expect(await response.text()).not.toContain('<script>');
  });

  test('of many under one login at once is one’s, and the others’ password opens nothing', async () => {
    const { web } = await setUp();
    const tries = await Promise.all(
      Array.from({ length: 5 }, async (_, i) => {
        const browser = openBrowser();
        const password = `password number ${i}`;
        const { url } = await browser.submit(await pageOf(browser, web), { ...WANTED, password });
        return { password, joined: url.searchParams.has('code') };
      }),
    );
    expect(tries.filter(({ joined }) => joined)).toHaveLength(1);
    for (const { password, joined } of tries) {
      const browser = openBrowser();
      const { url } = await browser.submit(await pageOf(browser, web), { login: 'dara', password });
      expect(url.searchParams.has('code')).toBe(joined);
    }
  });

  test('that could not be kept is none, and the next one is', async () => {
    const dataDir = await tempDir();
    const { browser, web } = await setUp({ dataDir, log: () => {} });
    const page = await pageOf(browser, web);
    // a folder stands where the file is put together
    await mkdir(path.join(dataDir, 'people.json'));
    expect((await browser.submit(page, WANTED)).response.status).toBe(500);
    await rm(path.join(dataDir, 'people.json'), { recursive: true });
    const { url } = await browser.submit(page, WANTED);
    expect(url.searchParams.has('code')).toBe(true);
  });
});

describe('the protocol', () => {
  test('is refused without PKCE, with plain PKCE, and to a foreign redirect', async () => {
    const { browser, web } = await setUp();
    const asked = async (change: (params: URLSearchParams) => void) => {
      const { url } = await web.begin();
      change(url.searchParams);
      return browser.open(url);
    };
    const withoutPkce = await asked((params) => {
      params.delete('code_challenge');
      params.delete('code_challenge_method');
    });
    expect(withoutPkce.url.searchParams.get('error')).toBe('invalid_request');
    const plain = await asked((params) => params.set('code_challenge_method', 'plain'));
    expect(plain.url.searchParams.get('error')).toBe('invalid_request');
    const foreign = await asked((params) => params.set('redirect_uri', 'https://elsewhere.example/signed-in'));
    expect(foreign.response.status).toBe(400);
    expect(await foreign.response.text()).toContain('That did not work');
  });

  test('takes exactly the redirect of the web app, port included', async () => {
    const { browser, web } = await setUp();
    const near = fc.oneof(
      fc.integer({ min: 1, max: 65_535 }).map((port) => `http://localhost:${port}/signed-in`),
      fc.constantFrom('http://127.0.0.1:3999/signed-in', 'http://[::1]:3999/signed-in', 'http://localhost/signed-in'),
      fc.webPath().map((path) => `${WEB_ORIGIN}${path}`),
      fc.webQueryParameters().map((query) => `${WEB_ORIGIN}/signed-in?${query}`),
    );
    await fc.assert(
      fc.asyncProperty(
        near.filter((uri) => uri !== `${WEB_ORIGIN}/signed-in`),
        async (uri) => {
          const { url } = await web.begin({ redirect_uri: uri });
          expect((await browser.open(url)).response.status).toBe(400);
        },
      ),
      { numRuns: 50 },
    );
    const out = new URL(web.server.end_session_endpoint ?? '');
    out.search = new URLSearchParams({
      client_id: 'vybzz-web',
      post_logout_redirect_uri: 'http://localhost:4000/',
    }).toString();
    expect((await browser.open(out)).response.status).toBe(400);
  });

  test('a code is good once, and for the verifier of whoever asked', async () => {
    const { browser, web } = await setUp();
    const page = await pageOf(browser, web);
    const { url } = await browser.submit(page, { account: 'asha' });
    expect(await refused(web.finish(url, 'x'.repeat(43)))).toBe('invalid_grant');
    const second = await pageOf(browser, web);
    await web.finish(second.url, second.verifier);
    expect(await refused(web.finish(second.url, second.verifier))).toBe('invalid_grant');
  });

  test('a refresh gives a new token of each kind, and using the old one ends both', async () => {
    const { identity, browser, web } = await setUp();
    const first = await signIn(browser, web, { account: 'asha' });
    const second = await web.refresh(first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const signedInAt = async (token: string) => (await verify(token, identity, web.server.jwks_uri ?? ''))['auth_time'];
    expect(await signedInAt(first.access_token)).toEqual(expect.any(Number));
    expect(await signedInAt(second.access_token)).toBe(await signedInAt(first.access_token));
    expect(await verify(second.access_token, identity, web.server.jwks_uri ?? '')).toMatchObject({
      sub: 'asha',
      scope: 'api',
      name: 'Asha Rao',
    });
    const third = await web.refresh(second.refresh_token ?? '');
    expect(await refused(web.refresh(first.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await refused(web.refresh(third.refresh_token ?? ''))).toBe('invalid_grant');
  });

  test('a refresh that is asked for twice within seconds ends nothing, and one asked for later ends all', async () => {
    let now = Date.now();
    const { browser, web } = await setUp({ now: () => now });
    const { refresh_token: first = '' } = await signIn(browser, web, { account: 'asha' });
    const tabs = await Promise.all([web.refresh(first), web.refresh(first), web.refresh(first)]);
    now += (RETRY_SECONDS - 1) * 1000;
    const { refresh_token: retried = '' } = await web.refresh(first);
    // each of them goes on
    const [one, two] = tabs.map(({ refresh_token: token = '' }) => token);
    await web.refresh(two ?? '');
    const { refresh_token: third = '' } = await web.refresh(retried);
    now += RETRY_SECONDS * 1000;
    expect(await refused(web.refresh(retried))).toBe('invalid_grant');
    for (const token of [one ?? '', third]) expect(await refused(web.refresh(token))).toBe('invalid_grant');
  });

  test('the web app may call it from its origin, and another origin may not', async () => {
    const { web } = await setUp();
    const call = async (origin: string) => {
      const response = await fetch(web.server.token_endpoint ?? '', {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'none', client_id: 'vybzz-web' }),
      });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await call(WEB_ORIGIN)).toBe(WEB_ORIGIN);
    expect(await call('https://elsewhere.example')).toBeNull();
  });

  test('signing out ends the session and its tokens, without a question, and returns to the web app', async () => {
    const { browser, web } = await setUp();
    const tokens = await signIn(browser, web, { account: 'asha' });
    const url = new URL(web.server.end_session_endpoint ?? '');
    url.search = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `${WEB_ORIGIN}/`,
      state: 'out',
    }).toString();
    const page = await browser.open(url);
    const html = await page.response.text();
    // The page answers for itself, by a script that its policy names.
    const nonce = /script-src 'nonce-([^']+)'/.exec(page.response.headers.get('content-security-policy') ?? '')?.[1];
    expect(html).toContain(`<script nonce="${nonce}">`);
    const left = await browser.submit({ url: page.url, html }, { logout: 'yes' });
    expect(left.url.href).toBe(`${WEB_ORIGIN}/?state=out`);
    expect(await refused(web.refresh(tokens.refresh_token ?? ''))).toBe('invalid_grant');
    const next = await pageOf(browser, web);
    expect(next.html).toContain('Sign in to Vybzz');
  });

  test('a link from anywhere else does not sign out by itself', async () => {
    const { browser, web } = await setUp();
    await signIn(browser, web, { account: 'asha' });
    const page = await browser.open(web.server.end_session_endpoint ?? '');
    const html = await page.response.text();
    expect(html).toContain('Sign out of Vybzz?');
    expect(html).not.toContain('<script');
  });
});

describe('a restart', () => {
  test('keeps keys, password, sessions and refresh tokens, in files that only their owner may read', async () => {
    const dataDir = await tempDir();
    let now = Date.now();
    const { identity, browser, web } = await setUp({ dataDir, now: () => now });
    const before = await signIn(browser, web, { account: 'asha' });
    await identity.close();

    const again = await start({ dataDir, port: identity.port, now: () => now });
    expect(again.password).toBe(identity.password);
    expect(await verify(before.access_token, again, web.server.jwks_uri ?? '')).toMatchObject({ sub: 'asha' });
    const { url } = await web.begin();
    expect((await browser.open(url)).url.searchParams.get('code')).toBeTruthy();
    const after = await web.refresh(before.refresh_token ?? '');
    now += RETRY_SECONDS * 1000;
    expect(await refused(web.refresh(before.refresh_token ?? ''))).toBe('invalid_grant');
    expect(after.access_token).toBeTruthy();
    for (const file of ['keys.json', 'grants.json'])
      expect(((await stat(path.join(dataDir, file))).mode & 0o777).toString(8)).toBe('600');
  });

  test('with a broken session file begins anew and says so; with broken keys it refuses', async () => {
    const dataDir = await tempDir();
    const { identity } = await setUp({ dataDir });
    await identity.close();
    await writeFile(path.join(dataDir, 'grants.json'), '[{"half":');
    const lines: string[] = [];
    const again = await start({ dataDir, log: (line) => lines.push(line) });
    expect(lines).toEqual([expect.stringContaining('everybody has to sign in again')]);
    await again.close();
    await writeFile(path.join(dataDir, 'keys.json'), '{}');
    await expect(start({ dataDir })).rejects.toThrow(/keys\.json does not hold the identity keys/);
  });

  test('two platforms side by side do not take each other’s cookies', async () => {
    const one = await setUp();
    const other = await setUp();
    await signIn(one.browser, one.web, { account: 'asha' });
    await signIn(one.browser, other.web, { account: 'bilal' });
    const { url } = await one.web.begin();
    expect((await one.browser.open(url)).url.searchParams.get('code')).toBeTruthy();
  });
});

describe('the server', () => {
  test('issues tokens to scripts, of the shape of a sign-in’s', async () => {
    const { identity, browser, web } = await setUp();
    const jwksUri = web.server.jwks_uri ?? '';
    const { access_token: signedIn } = await signIn(browser, web, { account: 'bilal' });
    const minted = await identity.issueToken('bilal');
    const [a, b] = [await verify(minted, identity, jwksUri), await verify(signedIn, identity, jwksUri)];
    const timeless = ({ jti: _jti, iat: _iat, exp: _exp, auth_time: _at, ...claims }: typeof a) => claims;
    expect(timeless(a)).toEqual(timeless(b));
    expect(Number(a.exp) - Number(a.iat)).toBe(3600);
    await expect(identity.issueToken('nobody')).rejects.toThrow('there is no demo account "nobody"');
  });

  test('says what the platform has to know', async () => {
    const { identity } = await setUp();
    expect(identity).toMatchObject({
      issuer: `http://localhost:${identity.port}`,
      clientId: 'vybzz-web',
      audience: 'vybzz-api',
      accounts: [
        { login: 'asha', name: 'Asha Rao', creator: true },
        { login: 'bilal', name: 'Bilal Haddad', creator: true },
        { login: 'chen', name: 'Chen Wei', creator: false },
        { login: 'mona', name: 'Mona Karimi', creator: false, moderator: true },
      ],
      password: expect.stringMatching(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/),
    });
    const health = await fetch(`http://127.0.0.1:${identity.port}/healthz`);
    expect(await health.json()).toEqual({ ok: true });
  });

  test('does not answer to a foreign name', async () => {
    const { identity } = await setUp();
    const discovery = '/.well-known/openid-configuration';
    const response = await fetch(`http://127.0.0.1:${identity.port}${discovery}`);
    expect(response.status).toBe(421);
  });

  test('does not run in production, and does not take a taken port', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    vi.stubEnv('NODE_ENV', 'production');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(start()).rejects.toThrow('NODE_ENV=production');
  });

  test('prints nothing of itself', async () => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    onTestFinished(() => void vi.restoreAllMocks());
    const lines: string[] = [];
    const { browser, web } = await setUp({ log: (line) => lines.push(line) });
    const tokens = await signIn(browser, web, { account: 'asha' });
    await web.refresh(tokens.refresh_token ?? '');
    await browser.open(web.server.end_session_endpoint ?? '');
    await openBrowser().visit(new URL('/nowhere', web.server.issuer));
    expect(printed.flatMap((spy) => spy.mock.calls)).toEqual([]);
    expect(lines).toEqual([]);
  });

  test('the keys are made once and kept whole', async () => {
    const dataDir = await tempDir();
    await start({ dataDir });
    const keys: unknown = JSON.parse(await readFile(path.join(dataDir, 'keys.json'), 'utf8'));
    expect(keys).toMatchObject({ signingKey: { kty: 'RSA', alg: 'RS256', d: expect.any(String) } });
  });
});
