import { firstSegments } from './app-paths.ts';
import { parseHandle, type Handle } from './ids.ts';

/** What an identity provider says of a person, as far as a handle can be proposed from it. */
export type NamedClaims = {
  preferredUsername?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
};

/** A handle that its holder gave up stays theirs this long, so that nobody can pass for them. */
export const HANDLE_HELD_MS = 30 * 24 * 60 * 60 * 1000;

const LENGTH = { min: 3, max: 30 } as const;
/** After this many numbered candidates the rest are random: a popular name must not cost a hundred tries. */
const NUMBERED = 4;
const CANDIDATES = 12;
const RANDOM_DIGITS = 1_000_000;

/** Handles that would pass for the platform or for everybody, or that a program may take for something else. */
const NAMES = [
  'account',
  'admin',
  'administrator',
  'all',
  'anonymous',
  'api',
  'channel',
  'constructor',
  'creator',
  'everyone',
  'explore',
  'feed',
  'guest',
  'help',
  'here',
  'info',
  'live',
  'login',
  'logout',
  'mail',
  'me',
  'moderator',
  'moderators',
  'mods',
  'nobody',
  'null',
  'official',
  'postmaster',
  'privacy',
  'prototype',
  'register',
  'root',
  'security',
  'signin',
  'signup',
  'somebody',
  'staff',
  'status',
  'support',
  'system',
  'team',
  'terms',
  'undefined',
  'vybzz',
  'webmaster',
  'www',
];
const RESERVED: ReadonlySet<string> = new Set([...NAMES, ...firstSegments()]);

/** Whether nobody may take this handle: it is the platform's, a page is called so, or every object of JavaScript has such a member. */
export const isReserved = (handle: Handle): boolean => isReservedName(handle);

const isReservedName = (name: string): boolean =>
  RESERVED.has(name) || name.startsWith('vybzz_') || name in Object.prototype;

/** Letters a–z, digits and single underscores; undefined where too little of that is left to recognise a person by. */
const fold = (text: string): string | undefined => {
  const folded = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, LENGTH.max)
    .replace(/_+$/, '');
  return folded.length >= LENGTH.min ? folded : undefined;
};

/** A provider's opaque account number says nothing of a person: `1f3c…` is worse than no handle. */
export const looksOpaque = (text: string): boolean => /^[0-9a-f-]{32,}$/i.test(text) || /^\d+$/.test(text);

const fallback = 'user';

/** The name that the claims suggest: the chosen user name first, then the mailbox, then the person's name. */
const base = ({ preferredUsername, email, name }: NamedClaims): string => {
  const mailbox = email?.split('@')[0];
  for (const said of [preferredUsername?.split('@')[0], mailbox, name]) {
    if (said === undefined || looksOpaque(said)) continue;
    const folded = fold(said);
    if (folded !== undefined && !isReservedName(folded)) return folded;
  }
  return fallback;
};

/**
 * Handles to try for a new person, the nicest first, and not endlessly many.
 *
 * @param random a number in [0, 1); a parameter so that tests can know the handle
 */
export function* handleCandidates(claims: NamedClaims, random: () => number = Math.random): Generator<Handle> {
  const stem = base(claims);
  for (let i = stem === fallback ? NUMBERED : 0; i < CANDIDATES; i++) {
    const suffix = i === 0 ? '' : i < NUMBERED ? `_${i + 1}` : `_${Math.floor(random() * RANDOM_DIGITS)}`;
    const handle = parseHandle(stem.slice(0, LENGTH.max - suffix.length) + suffix);
    if (handle !== undefined) yield handle;
  }
}
