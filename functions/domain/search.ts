import { isLiveToViewers, recording, type Stream } from './stream.ts';
import { tagsIn } from './tags.ts';
import type { Post } from './post.ts';
import type { User } from './user.ts';
import { folded } from './folded.ts';

/** What can be searched for. */
export const SEARCH_KINDS = ['people', 'streams', 'tags'] as const;
export type SearchKind = (typeof SEARCH_KINDS)[number];

export const SEARCH_LIMITS = {
  queryCharacters: 100,
  /** Of a query; what is said beyond is left out. */
  queryWords: 6,
  /** By which one person, or one show, is found. */
  words: 12,
  wordCharacters: 40,
} as const;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The first words of a text, each once, as they are compared: folded, and cut where they are endless. */
const wordsIn = (text: string, most: number): string[] => {
  const found = folded(text).match(WORD) ?? [];
  return [...new Set(found.map((word) => Array.from(word).slice(0, SEARCH_LIMITS.wordCharacters).join('')))].slice(
    0,
    most,
  );
};

/** What somebody searches for, word by word; each is the beginning of one. */
export const queryWords = (text: string): string[] => wordsIn(text, SEARCH_LIMITS.queryWords);

/** The words by which a person is found: handle, then name. */
export const wordsOfPerson = ({ handle, name }: Pick<User, 'handle' | 'name'>): string[] =>
  wordsIn(`${handle.replaceAll('_', ' ')} ${name}`, SEARCH_LIMITS.words);

/** The words by which a show is found. */
export const wordsOfStream = ({ title }: Pick<Stream, 'title'>): string[] =>
  wordsIn(title.replaceAll('_', ' '), SEARCH_LIMITS.words);

export const tagsOfStream = ({ title, description = '' }: Pick<Stream, 'title' | 'description'>): string[] =>
  tagsIn(`${title}\n${description}`);

/** The post that announces a show bears none: under its tags the show itself is found. */
export const tagsOfPost = ({ text, live }: Pick<Post, 'text' | 'live'>): string[] => (live ? [] : tagsIn(text));

/**
 * The one of a thing's words under which it is shown to who searches for these, so that it is shown once: the first, in their order,
 * that begins with `first`. Undefined where not every word of the query begins one of its words.
 */
export const shownUnder = (words: readonly string[], query: readonly string[], first: string): string | undefined =>
  query.every((asked) => words.some((word) => word.startsWith(asked)))
    ? words.filter((word) => word.startsWith(first)).sort(byCodeUnits)[0]
    : undefined;

const byCodeUnits = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Whether there is anything to see of a show, for whoever may: it is announced, on the air, or has a recording. Trials are nobody's. */
export const isFindable = (stream: Stream): boolean =>
  !stream.test &&
  (isLiveToViewers(stream) ||
    (stream.state === 'created' && stream.scheduledFor !== undefined) ||
    ['ready', 'preparing'].includes(recording(stream).is));
