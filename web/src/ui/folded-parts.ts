import type { TextPart } from './text-parts.ts';

/** What is longer than this is folded. */
const LONG = { characters: 700, lines: 12 } as const;
/** What a folded text shows: so little that what is hidden is worth the press. */
const SHOWN = { characters: 500, lines: 8 } as const;

/** The beginning of a long text; undefined of one that is short enough to be shown whole. No address, handle or tag is cut. */
export const foldedParts = (parts: readonly TextPart[]): TextPart[] | undefined => {
  const text = parts.map((part) => part.text).join('');
  const lines = text.split('\n');
  if (text.length <= LONG.characters && lines.length <= LONG.lines) return undefined;
  const ofLines = lines.length > LONG.lines ? lines.slice(0, SHOWN.lines).join('\n').length : text.length;
  const ofWords = text.length > LONG.characters ? wordEnd(text) : text.length;
  return upTo(parts, Math.min(ofLines, ofWords));
};

/** Between two words; in scripts that put nothing between them, and in what is one long word, between two letters. */
const wordEnd = (text: string) => {
  const head = text.slice(0, SHOWN.characters);
  const space = head.search(/\s\S*$/);
  if (space >= SHOWN.characters / 2) return space;
  return [...new Intl.Segmenter().segment(head)].at(-1)?.index ?? head.length;
};

const upTo = (parts: readonly TextPart[], end: number): TextPart[] => {
  const shown: TextPart[] = [];
  let from = 0;
  for (const part of parts) {
    if (from >= end) break;
    if (part.type === 'text') shown.push({ ...part, text: part.text.slice(0, end - from) });
    else if (from + part.text.length <= end || shown.length === 0) shown.push(part);
    from += part.text.length;
  }
  return shown;
};
