import * as oauth from 'oauth4webapi';
import type { startIdentity } from './server.ts';

export const WEB_ORIGIN = 'http://localhost:3999';
const SCOPE = 'openid profile email offline_access api';
const insecure = { [oauth.allowInsecureRequests]: true };

type Identity = Pick<Awaited<ReturnType<typeof startIdentity>>, 'issuer' | 'clientId'>;

/**
 * A browser as far as signing in needs one: cookies, redirects taken one by one, and the first form on a page.
 *
 * @param languages those that its person reads, as `Accept-Language` says them
 */
export function openBrowser(webOrigin = WEB_ORIGIN, languages?: string) {
  const jar = new Map<string, { value: string; path: string }>();

  const visit = async (url: URL | string, init: RequestInit = {}): Promise<Response> => {
    const target = new URL(url);
    const cookies = [...jar].filter(([, { path }]) => target.pathname.startsWith(path));
    const response = await fetch(target, {
      redirect: 'manual',
      ...init,
      headers: {
        cookie: cookies.map(([name, { value }]) => `${name}=${value}`).join('; '),
        ...(languages !== undefined && { 'accept-language': languages }),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      const path = attributes.find((part) => part.toLowerCase().startsWith('path='))?.slice('path='.length) ?? '/';
      if (value === '') jar.delete(name);
      else jar.set(name, { value, path });
    }
    return response;
  };

  /** Goes on until a page is shown or the web app is reached. */
  const follow = async (response: Response, from: URL | string): Promise<{ url: URL; response: Response }> => {
    let url = new URL(from);
    let at = response;
    for (let hop = 0; hop < 10; hop += 1) {
      const location = at.headers.get('location');
      if (!location) return { url, response: at };
      url = new URL(location, url);
      if (url.origin === webOrigin) return { url, response: at };
      at = await visit(url);
    }
    throw new Error('the redirects do not end');
  };

  return {
    jar,
    visit,
    open: async (url: URL | string) => follow(await visit(url), url),
    /** Sends these fields to where the page's first form goes. */
    async submit(page: { url: URL; html: string }, fields: Record<string, string>) {
      const action = /<form [^>]*action="([^"]+)"/.exec(page.html)?.[1];
      if (!action) throw new Error('there is no form on this page');
      const target = new URL(action, page.url);
      const hidden = Object.fromEntries(
        [...page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
          name ?? '',
          value ?? '',
        ]),
      );
      const init = { method: 'POST', body: new URLSearchParams({ ...hidden, ...fields }) };
      return follow(await visit(target, init), target);
    },
  };
}

export type Browser = ReturnType<typeof openBrowser>;

/** The web app's side of signing in, by the library that it uses. */
export async function openWebApp({ issuer, clientId }: Identity, webOrigin = WEB_ORIGIN) {
  const redirect = `${webOrigin}/signed-in`;
  const server = await oauth.processDiscoveryResponse(
    new URL(issuer),
    await oauth.discoveryRequest(new URL(issuer), insecure),
  );
  const client: oauth.Client = { client_id: clientId };

  return {
    server,
    async begin(more: Record<string, string> = {}) {
      const verifier = oauth.generateRandomCodeVerifier();
      const url = new URL(server.authorization_endpoint ?? '');
      const params = {
        client_id: clientId,
        redirect_uri: redirect,
        response_type: 'code',
        scope: SCOPE,
        state: 'the-state',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...more,
      };
      url.search = new URLSearchParams(params).toString();
      return { url, verifier };
    },
    async finish(callback: URL, verifier: string) {
      const params = oauth.validateAuthResponse(server, client, callback, 'the-state');
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        params,
        redirect,
        verifier,
        insecure,
      );
      return oauth.processAuthorizationCodeResponse(server, client, response);
    },
    async refresh(refreshToken: string) {
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, insecure);
      return oauth.processRefreshTokenResponse(server, client, response);
    },
  };
}

export type WebApp = Awaited<ReturnType<typeof openWebApp>>;

/** Signs in all the way, by the fields that a person fills in or the account that they click. */
export async function signIn(browser: Browser, web: WebApp, fields: Record<string, string>) {
  const { url, verifier } = await web.begin();
  const page = await browser.open(url);
  const { url: callback } = await browser.submit({ url: page.url, html: await page.response.text() }, fields);
  return web.finish(callback, verifier);
}
