import type { AdapterFactory, Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { base, Prompt } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
import { Provider } from 'oidc-provider/lib/provider.js';
import { type Account, claimsOf } from './accounts.ts';
import type { Keys } from './keys.ts';
import { noticePage, type Page, signOutPage } from './pages.ts';
import { languageFor, wordsOf } from './words.ts';

export const CLIENT_ID = 'vybzz-web';
/** What an app asks for on behalf of somebody who is new (https://openid.net/specs/openid-connect-prompt-create-1_0.html). */
export const CREATE = 'create';
export const AUDIENCE = 'vybzz-api';
/** How the provider names our API inside; tokens for it carry `AUDIENCE`. */
const API = 'urn:vybzz:api';
const OIDC_SCOPE = 'openid profile email offline_access';
const API_SCOPE = 'api';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const LIFE_SECONDS = {
  accessToken: 60 * MINUTE,
  code: 1 * MINUTE,
  interaction: 30 * MINUTE,
  session: 14 * DAY,
} as const;

const API_SERVER: ResourceServer = {
  scope: API_SCOPE,
  audience: AUDIENCE,
  accessTokenTTL: LIFE_SECONDS.accessToken,
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'RS256' } },
};

type Parts = {
  issuer: string;
  webOrigin: string;
  keys: Keys;
  adapter: AdapterFactory;
  find: (login: string) => Account | undefined;
  log: (line: string) => void;
};

/** What a person is asked: as ever, and before that to make an account where they are new. */
const policy = () => {
  const asked = base();
  asked.add(new Prompt({ name: CREATE, requestable: true }), 0);
  return asked;
};

/** The OpenID provider for one client, our web app, and one API. */
export function createProvider({ issuer, webOrigin, keys, adapter, find, log }: Parts) {
  const { port } = new URL(issuer);
  const configuration: Configuration = {
    adapter,
    clients: [
      {
        client_id: CLIENT_ID,
        client_name: 'Vybzz',
        token_endpoint_auth_method: 'none',
        // `web` clients may not redirect to http://localhost.
        application_type: 'native',
        redirect_uris: [`${webOrigin}/signed-in`],
        post_logout_redirect_uris: [`${webOrigin}/`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [keys.signingKey] },
    cookies: {
      keys: keys.cookieKeys,
      // Cookies do not know ports: two platforms on one machine would sign each other out.
      names: {
        session: `vybzz_identity_${port}`,
        interaction: `vybzz_sign_in_${port}`,
        resume: `vybzz_resume_${port}`,
      },
    },
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'vybzz_creator', 'vybzz_moderator'],
      email: ['email', 'email_verified'],
    },
    // The web app shows the name from its id token and has no use for another request.
    conformIdTokenClaims: false,
    findAccount: (_ctx, sub) => {
      const account = find(sub);
      return account && { accountId: sub, claims: () => ({ sub, ...claimsOf(account) }) };
    },
    extraTokenClaims: (ctx: KoaContextWithOIDC | undefined, token) => {
      const account = 'accountId' in token ? find(token.accountId) : undefined;
      const behind = ctx?.oidc.entities.RefreshToken ?? ctx?.oidc.entities.AuthorizationCode;
      // RFC 9068, 2.2.1: a refreshed token keeps the time of the sign-in behind it; one that is made for a script is one
      const authTime = behind?.authTime ?? Math.floor(Date.now() / 1000);
      return account && { ...claimsOf(account), auth_time: authTime };
    },
    interactions: { policy: policy(), url: (_ctx, interaction) => signInPath(interaction.uid) },
    discovery: { prompt_values_supported: ['none', 'login', 'consent', CREATE] },
    loadExistingGrant,
    pkce: { required: () => true },
    // A refresh token for every sign-in, each good for one use; a second use that is no retry revokes the whole grant (grants.ts).
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // Signing out ends what was signed in, wherever its tokens went.
    expiresWithSession: () => true,
    clientBasedCORS: (_ctx, origin) => origin === webOrigin,
    renderError: (ctx, { error_description: description, error }) => {
      const language = languageFor(ctx.get('accept-language'));
      const { didNotWork: title, refusedBecause } = wordsOf(language);
      show(ctx, noticePage({ title, text: refusedBecause(description ?? error), webOrigin, language }));
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: {
        enabled: true,
        // Only our own web app has an id token of ours to show; anybody can send somebody to the bare address.
        logoutSource: (ctx, form) => {
          const certain = ctx.oidc.entities.IdTokenHint !== undefined;
          const language = languageFor(ctx.get('accept-language'), ctx.oidc.params?.['ui_locales']);
          show(ctx, signOutPage(form, { webOrigin, certain, language }));
        },
        postLogoutSuccessSource: (ctx) => ctx.redirect(`${webOrigin}/`),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => API_SERVER,
      },
    },
    ttl: {
      AccessToken: LIFE_SECONDS.accessToken,
      AuthorizationCode: LIFE_SECONDS.code,
      IdToken: LIFE_SECONDS.accessToken,
      Interaction: LIFE_SECONDS.interaction,
      RefreshToken: LIFE_SECONDS.session,
      Grant: LIFE_SECONDS.session,
      Session: LIFE_SECONDS.session,
    },
  };
  const provider = new Provider(issuer, configuration);
  // To a native client the provider gives any port of the loopback interface (RFC 8252, 7.3), and so a sign-in of ours to whoever
  // listens on another. We know our port.
  provider.Client.prototype.redirectUriAllowed = function redirectUriAllowed(uri) {
    return this.redirectUris?.includes(uri) ?? false;
  };
  provider.Client.prototype.postLogoutRedirectUriAllowed = function postLogoutRedirectUriAllowed(uri) {
    return this.postLogoutRedirectUris?.includes(uri) ?? false;
  };
  provider.on('server_error', (_ctx, error) => log(`identity: ${error.stack ?? error.message}`));
  return provider;
}

export const signInPath = (uid: string) => `/sign-in/${uid}`;

/** Mints what a sign-in of this account would have given, for scripts. */
export async function mintToken(provider: Provider, account: Account): Promise<string> {
  const client = await provider.Client.find(CLIENT_ID);
  if (!client) throw new Error(`the provider does not know its own client ${CLIENT_ID}`);
  const grantId = await grantAll(provider, account.login);
  const token = new provider.AccessToken({
    accountId: account.login,
    client,
    grantId,
    gty: 'authorization_code',
    scope: API_SCOPE,
    resourceServer: new provider.ResourceServer(API, API_SERVER),
  });
  return token.save();
}

/** Nobody is asked whether our own web app may do what it is for. */
async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
  const { client, session, provider } = oidc;
  if (!client || !session?.accountId) return undefined;
  const known = session.grantIdFor(client.clientId);
  const grant = known === undefined ? undefined : await provider.Grant.find(known);
  return grant ?? provider.Grant.find(await grantAll(provider, session.accountId));
}

/** Makes the grant of everything that the web app may ask for, and says its id. */
export async function grantAll(provider: Provider, accountId: string): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: CLIENT_ID });
  grant.addOIDCScope(OIDC_SCOPE);
  grant.addResourceScope(API, API_SCOPE);
  return grant.save();
}

function show(ctx: KoaContextWithOIDC, { html, headers }: Page) {
  ctx.set(headers);
  ctx.body = html;
}
