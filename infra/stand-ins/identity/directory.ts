import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Account, ACCOUNTS } from './accounts.ts';
import { replacePrivateFile } from './files.ts';

/** Who has made themselves an account here: their password only as what scrypt makes of it, each with a salt of its own. */
type Joined = { login: string; name: string; salt: string; hash: string };

/** More is a script. */
const MOST = 10_000;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
export const JOINING = {
  loginPattern: /^[a-z0-9_]{3,30}$/,
  nameCharacters: 80,
  passwordLeast: 8,
  passwordMost: 200,
} as const;

type Wanted = { login: string; name: string; password: string };
export type JoinRefusal =
  | 'too-many-accounts'
  | 'login-taken'
  | 'login-shape'
  | 'name-length'
  | 'password-short'
  | 'password-long';
type Outcome = { joined: true; account: Account } | { joined: false; refusal: JoinRefusal };

/** The demo accounts, and who has joined beside them. */
export async function openDirectory({ file }: { file: string }) {
  const joined = new Map((await read(file)).map((person) => [person.login, person]));
  let writing = Promise.resolve();

  const find = (login: string): Account | undefined => {
    const person = joined.get(login);
    if (person) return { login: person.login, name: person.name, creator: true };
    return ACCOUNTS.find((account) => account.login === login);
  };

  return {
    find,

    /** Makes an account. Whoever has one may go live as well. */
    async join({ login, name, password }: Wanted): Promise<Outcome> {
      const refusal = refusalOf({ login, name, password });
      if (refusal !== undefined) return { joined: false, refusal };
      if (joined.size >= MOST) return { joined: false, refusal: 'too-many-accounts' };
      if (find(login)) return { joined: false, refusal: 'login-taken' };
      const salt = randomBytes(SALT_BYTES);
      const person = { login, name, salt: salt.toString('hex'), hash: (await derived(password, salt)).toString('hex') };
      // another may have taken it meanwhile
      if (find(login)) return { joined: false, refusal: 'login-taken' };
      joined.set(login, person);
      const kept = writing.then(() => replacePrivateFile(file, JSON.stringify([...joined.values()])));
      writing = kept.catch(() => {});
      await kept.catch((error: unknown) => {
        joined.delete(login);
        throw error;
      });
      return { joined: true, account: { login, name, creator: true } };
    },

    /** Whether this is the password of somebody who has joined. Takes as long where nobody has. */
    async isPasswordOf(login: string, password: string): Promise<boolean> {
      const person = joined.get(login);
      const hash = await derived(password.slice(0, JOINING.passwordMost), Buffer.from(person?.salt ?? '', 'hex'));
      return person !== undefined && timingSafeEqual(hash, Buffer.from(person.hash, 'hex'));
    },
  };
}
export type Directory = Awaited<ReturnType<typeof openDirectory>>;

const refusalOf = ({ login, name, password }: Wanted): JoinRefusal | undefined => {
  if (!JOINING.loginPattern.test(login)) return 'login-shape';
  if (name === '' || name.length > JOINING.nameCharacters) return 'name-length';
  if (password.length < JOINING.passwordLeast) return 'password-short';
  if (password.length > JOINING.passwordMost) return 'password-long';
  return undefined;
};

const derived = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((done, failed) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, (error, key) => (error ? failed(error) : done(key)));
  });

const isJoined = (person: unknown): person is Joined =>
  typeof person === 'object' &&
  person !== null &&
  ['login', 'name', 'salt', 'hash'].every((field) => typeof Reflect.get(person, field) === 'string');

const read = async (file: string): Promise<Joined[]> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '[]';
    throw error;
  });
  const kept: unknown = JSON.parse(text);
  if (!Array.isArray(kept) || !kept.every(isJoined)) throw new Error(`${file} does not hold accounts`);
  return kept;
};
