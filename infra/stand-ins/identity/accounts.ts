/** A person who can sign in on a local platform. */
export type Account = { login: string; name: string; creator: boolean; moderator?: boolean };

export const ACCOUNTS: readonly Account[] = [
  { login: 'asha', name: 'Asha Rao', creator: true },
  { login: 'bilal', name: 'Bilal Haddad', creator: true },
  { login: 'chen', name: 'Chen Wei', creator: false },
  { login: 'mona', name: 'Mona Karimi', creator: false, moderator: true },
];

/**
 * What a token says of a person; the control plane makes its user from it. `vybzz_creator` is a hint, not a right; `vybzz_moderator` lets
 * its bearer watch over the platform.
 */
export const claimsOf = ({ login, name, creator, moderator = false }: Account) => ({
  name,
  preferred_username: login,
  email: `${login}@vybzz.example`,
  email_verified: true,
  ...(creator ? { vybzz_creator: true } : {}),
  ...(moderator ? { vybzz_moderator: true } : {}),
});
