export type TextPart = { type: 'text'; text: string } | { type: 'link'; text: string; href: string };

const ADDRESS = /https?:\/\/[^\s<>"']+/gi;
/** What ends a sentence or closes a bracket around an address, and is not part of it. */
const TRAILING = /[.,;:!?)\]}…]+$/;

/** A text cut at the http(s) addresses in it. Nothing else becomes a link, whatever it looks like. */
export const textParts = (text: string): TextPart[] => {
  const parts: TextPart[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(TRAILING, '');
    if (!URL.canParse(address)) continue;
    if (index > from) parts.push({ type: 'text', text: text.slice(from, index) });
    parts.push({ type: 'link', text: address, href: address });
    from = index + address.length;
  }
  if (from < text.length) parts.push({ type: 'text', text: text.slice(from) });
  return parts;
};
