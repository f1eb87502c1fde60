import * as z from 'zod/mini';

/**
 * Whom we believe about who a person is: one entry an issuer, in `AUTH_ISSUERS`. The first is the one that browsers are
 * sent to.
 */
export const Issuer = z.object({
  /** The `iss` of its tokens, to the letter. */
  issuer: z.url(),
  /**
   * How its access tokens name the application that they are for:
   * - `oidc`: `aud` holds our `audience` (RFC 9068)
   * - `cognito`: no `aud`; `client_id` is ours and `token_use` is `access`
   * - `clerk`: no `aud`; `azp` of a session token is one of our origins, `client_id` of an OAuth access token is ours
   */
  kind: z.enum(['oidc', 'cognito', 'clerk']),
  clientId: z.string().check(z.minLength(1)),
  audience: z.optional(z.union([z.string(), z.array(z.string()).check(z.minLength(1))])),
  /** Origins that a Clerk token may have been issued to. */
  azp: z.optional(z.array(z.string()).check(z.minLength(1))),
  /** Where its keys are; by default as its discovery document says, or where its kind always has them. */
  jwksUri: z.optional(z.url()),
  /** What browsers ask for; by default `SCOPES` of its kind. */
  scopes: z.optional(z.array(z.string())),
  /** A claim that makes a new person a creator from the first, when it is `true`. Off unless named here. */
  creatorClaim: z.optional(z.string()),
  /** A claim that makes its bearer a moderator of the platform, when it is `true` or a list that holds `moderator`. */
  moderatorClaim: z.optional(z.string()),
});
export type Issuer = z.infer<typeof Issuer>;

/** `offline_access` is what standard issuers give a refresh token for; Cognito refuses a scope that it does not know. */
export const SCOPES = {
  oidc: ['openid', 'profile', 'email', 'offline_access'],
  cognito: ['openid', 'profile', 'email'],
  clerk: ['openid', 'profile', 'email'],
} as const satisfies Record<Issuer['kind'], readonly string[]>;

/** Every issuer by its own rule: without one of these a token for another application would be good for ours. */
export const Issuers = z
  .array(
    Issuer.check(
      z.refine((issuer) => issuer.kind !== 'oidc' || issuer.audience !== undefined, 'an oidc issuer needs an audience'),
      z.refine((issuer) => issuer.kind !== 'clerk' || issuer.azp !== undefined, 'a clerk issuer needs azp'),
    ),
  )
  .check(z.minLength(1, 'at least one issuer'));
