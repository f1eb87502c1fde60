import type { NamedClaims } from '#domain/handle';
import type { Issuer } from './issuers.ts';

/** What the issuer tells of a person whose access token says nothing of them; undefined where it tells nothing. */
export type AskUserInfo = (
  identity: { issuer: string; subject: string },
  token: string,
) => Promise<(NamedClaims & { picture?: string | undefined }) | undefined>;

const ASK_MS = 2_000;
const ANSWER_CHARACTERS = 64 * 1024;
const DISCOVERY = '/.well-known/openid-configuration';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : undefined;

const ask = async (url: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> => {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const said = await answer.text();
  if (said.length > ANSWER_CHARACTERS) throw new Error(`${url} answered too much`);
  const parsed: unknown = JSON.parse(said);
  if (!isObject(parsed)) throw new Error(`${url} answered no object`);
  return parsed;
};

/**
 * Asks the issuer's userinfo endpoint (OpenID Connect Core, 5.3), once, when a person comes for the first time: Cognito's and Clerk's
 * access tokens have neither name nor e-mail. It is found by the discovery document, and the answer counts only for the same subject.
 *
 * @param onFault told why there was no answer; a person comes in without a name, too
 */
export const createAskUserInfo = ({
  issuers,
  onFault,
}: {
  issuers: readonly Issuer[];
  onFault: (cause: unknown) => void;
}): AskUserInfo => {
  const known = new Set(issuers.map(({ issuer }) => issuer));
  return async ({ issuer, subject }, token) => {
    if (!known.has(issuer)) return undefined;
    try {
      const discovery = await ask(issuer.replace(/\/$/, '') + DISCOVERY);
      const endpoint = text(discovery['userinfo_endpoint']);
      // The token goes nowhere but where the issuer's keys come from: https, or the issuer's own plain address on this machine.
      if (!endpoint || (new URL(endpoint).protocol !== 'https:' && new URL(endpoint).origin !== new URL(issuer).origin))
        return undefined;
      const said = await ask(endpoint, { authorization: `Bearer ${token}` });
      if (said['sub'] !== subject) throw new Error('userinfo speaks of somebody else');
      return {
        preferredUsername: text(said['preferred_username']),
        name: text(said['name']),
        email: text(said['email']),
        picture: text(said['picture']),
      };
    } catch (cause) {
      onFault(cause);
      return undefined;
    }
  };
};
