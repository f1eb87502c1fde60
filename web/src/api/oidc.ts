import * as oauth from 'oauth4webapi';
import type { AuthConfig } from '#contract/http';
import { ApiError } from './api-error.ts';
import type { Granted, IdentityProvider } from './sign-in-session.ts';

type Parts = {
  authConfig: () => Promise<AuthConfig>;
  /** How far this machine's clock is behind the server's, in milliseconds; negative where it is ahead. */
  clockBehindMs: () => Promise<number>;
  /** What the app speaks (BCP 47); an issuer's pages that speak it, too, are shown in it. */
  language: () => string;
  /** Where the issuer sends the browser back to, signed in and signed out. */
  redirectUri: string;
  signedOutUri: string;
};

/** Used where a token's answer does not say how long it lives; RFC 6749 leaves it open. */
const DEFAULT_LIFE_SECONDS = 300;

/**
 * The one file that speaks OpenID Connect: code flow with PKCE, as a public client, against whatever issuer
 * `GET /auth/config` names. The issuer's metadata is fetched once and again after a failure.
 */
export const createOidc = ({
  authConfig,
  clockBehindMs,
  language,
  redirectUri,
  signedOutUri,
}: Parts): IdentityProvider => {
  let known: ReturnType<typeof discover> | undefined;

  const discover = async () => {
    const [config, behindMs] = await Promise.all([authConfig(), clockBehindMs()]);
    const issuer = new URL(config.issuer);
    // http is for an issuer on this very machine, where nobody can listen in.
    const insecure = issuer.protocol === 'http:' && isLoopback(issuer.hostname);
    const options = { [oauth.allowInsecureRequests]: insecure };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
    const client: oauth.Client = {
      client_id: config.clientId,
      // a machine whose clock is an hour wrong would take each id token for one of another time
      [oauth.clockSkew]: Math.round(behindMs / 1_000),
    };
    return { config, server, options, client };
  };

  const issuer = async () => {
    known ??= discover();
    try {
      return await known;
    } catch (cause) {
      known = undefined;
      if (cause instanceof ApiError) throw cause;
      throw new ApiError({ code: 'unreachable', message: 'The sign-in service cannot be reached. Try again.', cause });
    }
  };

  return {
    async authorizeUrl({ state, nonce, verifier }, how) {
      const { config, server } = await issuer();
      const url = new URL(required(server.authorization_endpoint));
      // Cognito's page for who is new takes what its sign-in takes.
      if (how === 'new' && config.kind === 'cognito')
        url.pathname = url.pathname.replace(/\/oauth2\/authorize$/, '/signup');
      const parameters = {
        client_id: config.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: config.scopes.join(' '),
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ui_locales: language(),
        ...(how === 'again' && { prompt: 'login' }),
        // openid.net/specs/openid-connect-prompt-create-1_0.html: to others the value would be an error
        ...(how === 'new' && offersSignUp(server) && { prompt: 'create' }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    async exchange(callback, { state, nonce, verifier }) {
      const { server, client, options } = await issuer();
      const parameters = oauth.validateAuthResponse(server, client, callback, state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        redirectUri,
        verifier,
        options,
      );
      return granted(
        await oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        }),
      );
    },

    async refresh(refreshToken) {
      const { server, client, options } = await issuer();
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, options);
      try {
        return { granted: true, ...granted(await oauth.processRefreshTokenResponse(server, client, response)) };
      } catch (error) {
        // Only this answer says that the grant itself is gone; anything else may pass.
        if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return { granted: false };
        throw error;
      }
    },

    async endSessionUrl(idToken) {
      const { config, server } = await issuer();
      if (!server.end_session_endpoint) return undefined;
      const url = new URL(server.end_session_endpoint);
      url.searchParams.set('client_id', config.clientId);
      // Cognito's log-out end point has its own name for the way back, and takes no hint.
      if (config.kind === 'cognito') url.searchParams.set('logout_uri', signedOutUri);
      else {
        url.searchParams.set('post_logout_redirect_uri', signedOutUri);
        url.searchParams.set('ui_locales', language());
        if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
      }
      return url.href;
    },

    randomText: oauth.generateRandomCodeVerifier,
  };
};

const granted = (answer: oauth.TokenEndpointResponse): Granted => ({
  accessToken: answer.access_token,
  refreshToken: answer.refresh_token,
  idToken: answer.id_token,
  lifeMs: (answer.expires_in ?? DEFAULT_LIFE_SECONDS) * 1_000,
});

const offersSignUp = ({ prompt_values_supported: values }: oauth.AuthorizationServer) =>
  Array.isArray(values) && values.includes('create');

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

const required = (endpoint: string | undefined) => {
  if (endpoint === undefined) throw new Error('the issuer names no authorization endpoint');
  return endpoint;
};
