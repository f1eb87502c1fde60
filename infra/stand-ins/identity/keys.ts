import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair } from 'jose';
import * as z from 'zod';
import { replacePrivateFile } from './files.ts';

const Keys = z.object({
  /** Signs every token; its public half is what the API verifies against. */
  signingKey: z.looseObject({ kty: z.literal('RSA'), kid: z.string(), alg: z.literal('RS256') }),
  cookieKeys: z.array(z.string().min(32)).min(1),
  /** One for all demo accounts; the sign-in page shows it. */
  password: z.string().min(8),
});
export type Keys = z.infer<typeof Keys>;

/** The keys in this file, which are made when it is not there: once, so that a restart signs nobody out. */
export async function openKeys(file: string): Promise<Keys> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) {
    const keys = await makeKeys();
    await replacePrivateFile(file, JSON.stringify(keys, undefined, 2));
    return keys;
  }
  try {
    return Keys.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} does not hold the identity keys; remove it to have new ones made`, { cause: error });
  }
}

async function makeKeys(): Promise<Keys> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return Keys.parse({
    signingKey: { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' },
    cookieKeys: [randomBytes(32).toString('base64url')],
    password: `${letters(4)}-${letters(4)}-${letters(4)}`,
  });
}

/** Easy to read aloud and to type: nothing that looks like something else. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const letters = (count: number) =>
  Array.from({ length: count }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
