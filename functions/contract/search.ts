import * as z from 'zod/mini';
import { SEARCH_KINDS, SEARCH_LIMITS } from '#domain/search';
import { page, PageQuery, PersonView, PostView, StreamView } from './http.ts';
import type { Operation } from './operation.ts';
import { StreamPage } from './stream-operations.ts';

/** `q`: words, or beginnings of words; what is found has them all. */
export const SearchQuery = z.extend(PageQuery, {
  q: z.string().check(z.maxLength(SEARCH_LIMITS.queryCharacters)),
  kind: z.enum(SEARCH_KINDS),
});

/** A tag as it stands in addresses: without its sign, in small letters. */
export const TagView = z.object({ tag: z.string() });
export type TagView = z.infer<typeof TagView>;

/** What is found, by what was asked for. */
export const Found = z.discriminatedUnion('kind', [
  z.extend(page(PersonView), { kind: z.literal('people') }),
  z.extend(page(StreamView), { kind: z.literal('streams') }),
  z.extend(page(TagView), { kind: z.literal('tags') }),
]);
export type Found = z.infer<typeof Found>;

/** Something that bears a tag. */
export const Tagged = z.discriminatedUnion('is', [
  z.object({ is: z.literal('post'), post: PostView }),
  z.object({ is: z.literal('stream'), stream: StreamView }),
]);
export type Tagged = z.infer<typeof Tagged>;

export const TaggedPage = page(Tagged);

export const SEARCH_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/search',
    does: 'People by handle and name, shows by title, or tags: those with words that begin so, in the order of these words',
    who: 'anyone',
    query: SearchQuery,
    status: 200,
    answer: Found,
  },
  {
    method: 'GET',
    path: '/search/tags/{tag}',
    does: 'Posts and shows that bear a tag, the newest first',
    who: 'anyone',
    query: PageQuery,
    status: 200,
    answer: TaggedPage,
  },
  {
    method: 'GET',
    path: '/search/categories/{category}',
    does: 'Shows of a category: on the air, then announced, then over with a recording; an unknown category has none',
    who: 'anyone',
    query: PageQuery,
    status: 200,
    answer: StreamPage,
  },
];
