import { randomBytes, randomUUID } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 44;

/** An id as Mux makes them: letters and digits, too many to guess. */
export const newId = (): string => {
  let id = '';
  // 248 is the largest multiple of 62 that a byte holds: what lies above it would favour the first letters.
  while (id.length < ID_LENGTH)
    for (const byte of randomBytes(ID_LENGTH)) if (byte < 248 && id.length < ID_LENGTH) id += ALPHABET[byte % 62];
  return id;
};

/** What lets an encoder in; as sensitive as a password. */
export const newStreamKey = (): string => randomUUID();
