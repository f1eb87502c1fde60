/** A person who can sign in on a local platform. */
export type Account = { login: string; name: string; creator: boolean };

export const ACCOUNTS: readonly Account[] = [
  { login: 'asha', name: 'Asha Rao', creator: true },
  { login: 'bilal', name: 'Bilal Haddad', creator: true },
  { login: 'chen', name: 'Chen Wei', creator: false },
];

/** What a token says of a person; the control plane makes its user from it. `vybzz_creator` is a hint, not a right. */
export const claimsOf = ({ login, name, creator }: Account) => ({
  name,
  preferred_username: login,
  email: `${login}@vybzz.example`,
  email_verified: true,
  ...(creator ? { vybzz_creator: true } : {}),
});
