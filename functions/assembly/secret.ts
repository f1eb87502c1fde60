import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 24;

/** A secret that opens something: 192 random bits. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');
