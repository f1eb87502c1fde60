/**
 * The payloads of access tokens as issuers really issue them; who and when is filled in by a test. Where each is from stands beside it.
 */
export const TOKEN_SHAPES = {
  /**
   * Cognito, a pool in which people sign in by e-mail, code and PKCE with the scopes openid, email and profile: `username` is the
   * subject, and neither name nor e-mail is in it. "Understanding the access token" in Cognito's guide.
   */
  cognito: {
    sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    'cognito:groups': ['testers'],
    version: 2,
    client_id: 'vybzz-web',
    origin_jti: 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff',
    token_use: 'access',
    scope: 'openid profile email',
    auth_time: 1_676_313_851,
    jti: 'cccccccc-dddd-eeee-ffff-000000000000',
    username: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  },
  /**
   * Clerk, an OAuth application with "Generate access tokens as JWTs" on (its default since January 2026): no `aud`, no `azp`; the
   * header's `typ` is `at+jwt`. "How Clerk implements OAuth" in Clerk's guides; clerk/javascript #7308.
   */
  'clerk oauth': {
    sub: 'user_2xhFjEI5X2qWRvtV13BzSj8H6Dk',
    client_id: 'vybzz-web',
    jti: 'oat_0xAaBbCcDdEe',
    scope: 'openid email profile offline_access',
  },
  /** Clerk, a session token (version 2): `azp` is the origin it was made for. "Session tokens" in Clerk's guides. */
  'clerk session': {
    sub: 'user_2xhFjEI5X2qWRvtV13BzSj8H6Dk',
    azp: 'https://vybzz.test',
    fva: [3, -1],
    sid: 'sess_2xhFjEI5X2qWRvtV13BzSj8H6Dk',
    sts: 'active',
    v: 2,
  },
} as const satisfies Record<string, Record<string, unknown>>;
