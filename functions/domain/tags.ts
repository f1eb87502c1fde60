import { folded } from './folded.ts';

export const TAG_LIMITS = { characters: 50, ofOneText: 10 } as const;

/** A word after a number sign; not within a word or an address, and not longer than a tag may be. */
export const TAG = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{N}_&#/@.-])#([\p{L}\p{M}\p{N}_\u200c\u200d]{1,${TAG_LIMITS.characters}})(?![\p{L}\p{M}\p{N}_])`,
  'gu',
);
const ADDRESS = /https?:\/\/\S+/gi;
const NO_PART = /[^\p{L}\p{M}\p{N}_]/gu;

/** A tag as it is compared and as it stands in addresses, without its sign; undefined where no letter is in it. */
export const parseTag = (text: string): string | undefined => {
  const tag = Array.from(folded(text).replaceAll(NO_PART, '')).slice(0, TAG_LIMITS.characters).join('');
  return /\p{L}/u.test(tag) ? tag : undefined;
};

/** The first tags of a text, each once. */
export const tagsIn = (text: string): string[] => {
  const found = [...text.replaceAll(ADDRESS, ' ').matchAll(TAG)].flatMap(([, written = '']) => parseTag(written) ?? []);
  return [...new Set(found)].slice(0, TAG_LIMITS.ofOneText);
};
