export const FIND_KINDS = ['people', 'shows', 'tags'] as const;
export type FindKind = (typeof FIND_KINDS)[number];

/** What the address of the page of results says: what is searched for, and which results are shown. */
export type Find = { q?: string | undefined; kind?: FindKind | undefined };

/** As long as the API takes. */
export const QUERY_CHARACTERS = 100;

/** The router has read numbers and the like as such; here they are words. */
export const parseFind = ({ q, kind }: Record<string, unknown>): Find => {
  const words = typeof q === 'string' || typeof q === 'number' || typeof q === 'boolean' ? String(q) : '';
  const known = FIND_KINDS.find((one) => one === kind);
  return { ...(words !== '' && { q: words.slice(0, QUERY_CHARACTERS) }), ...(known && { kind: known }) };
};

/** Which results are shown first: a sign in front says what is meant. */
export const kindOf = ({ q = '', kind }: Find): FindKind => kind ?? (q.trimStart().startsWith('#') ? 'tags' : 'people');
