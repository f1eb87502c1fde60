import { parseTag, TAG } from '#contract/tags';

export type TextPart =
  | { type: 'text'; text: string }
  | { type: 'link'; text: string; href: string }
  | { type: 'person'; text: string; handle: string }
  | { type: 'tag'; text: string; tag: string };

/** An address ends at a space, a quotation mark, and the marks of sentences in scripts that put no space after them. */
const ADDRESS = /https?:\/\/[^\s<>"'。、，！？；：「」『』（）۔؟،]+/gi;
/** A handle after an at sign; not in an e-mail address, and not the beginning of a longer word. */
const PERSON = /(?<![\p{L}\p{N}_@./-])@([a-z0-9_]{3,30})(?![\p{L}\p{N}_@])/giu;
/** What ends a sentence after an address, and is not part of it. */
const TRAILING = '.,;:!?…';
const OPENED_BY: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** A text cut at the http(s) addresses, the handles and the tags in it. Nothing else becomes a link, whatever it looks like. */
export const textParts = (text: string): TextPart[] => {
  const parts: TextPart[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.slice(0, addressEnd(found));
    if (!URL.canParse(address)) continue;
    parts.push(...named(text.slice(from, index)), { type: 'link', text: address, href: address });
    from = index + address.length;
  }
  return [...parts, ...named(text.slice(from))];
};

/** Where an address ends that was cut at the next space: brackets that it opened belong to it, as in Wikipedia's. */
const addressEnd = (found: string) => {
  const counts: Record<string, number> = {};
  for (const letter of found) counts[letter] = (counts[letter] ?? 0) + 1;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1);
    const open = OPENED_BY[last];
    if (open === undefined ? !TRAILING.includes(last) : (counts[last] ?? 0) <= (counts[open] ?? 0)) break;
    counts[last] = (counts[last] ?? 0) - 1;
  }
  return end;
};

/** People and tags; no text is both. */
const named = (text: string): TextPart[] => {
  const people = [...text.matchAll(PERSON)].map(({ 0: found, 1: handle = '', index }) => ({
    index,
    part: { type: 'person' as const, text: found, handle: handle.toLowerCase() },
  }));
  const tags = [...text.matchAll(TAG)].flatMap(({ 0: found, 1: written = '', index }) => {
    const tag = parseTag(written);
    return tag === undefined ? [] : [{ index, part: { type: 'tag' as const, text: found, tag } }];
  });
  const parts: TextPart[] = [];
  let from = 0;
  for (const { index, part } of [...people, ...tags].sort((one, other) => one.index - other.index)) {
    if (index > from) parts.push({ type: 'text', text: text.slice(from, index) });
    parts.push(part);
    from = index + part.text.length;
  }
  if (from < text.length) parts.push({ type: 'text', text: text.slice(from) });
  return parts;
};
