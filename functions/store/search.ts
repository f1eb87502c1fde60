import * as z from 'zod/mini';
import type { PostId, StreamId, UserId } from '#domain/ids';
import type { Post } from '#domain/post';
import { type SearchKind, tagsOfPost, tagsOfStream, wordsOfPerson, wordsOfStream } from '#domain/search';
import type { Stream } from '#domain/stream';
import type { Category } from '#domain/stream-limits';
import type { User } from '#domain/user';
import * as brands from './brands.ts';
import type { Key, Part, Position, Table } from './dynamo.ts';
import type { Item } from './item.ts';
import { afterWord, type Findable, searchKey, searchPartition, underWord } from './keys.ts';
import { createRecord } from './record.ts';

/** That something is found by a word; one member names it. */
const Entry = z.object({
  word: z.string(),
  userId: z.optional(brands.userId),
  streamId: z.optional(brands.streamId),
  postId: z.optional(brands.postId),
});
type Entry = z.infer<typeof Entry>;

/** An entry, and where its list goes on after it. */
export type PlacedEntry = Entry & { place: Position };

const record = createRecord({ kind: 'search entry', version: 1, schema: Entry });

type Entries = readonly { key: Key; item: Item }[];

const entriesOf = (
  kind: Findable,
  words: readonly string[],
  at: number,
  id: PostId | StreamId | UserId,
  of: Omit<Entry, 'word'>,
): Entries =>
  words.map((word) => {
    const key = searchKey(kind, word, at, id);
    return { key, item: { ...key, ...record.write({ word, ...of }) } };
  });

export const entriesOfPerson = (user: Pick<User, 'id' | 'handle' | 'name' | 'createdAt'>): Entries =>
  entriesOf('people', wordsOfPerson(user), user.createdAt, user.id, { userId: user.id });

export const entriesOfStream = (stream: Stream): Entries => [
  ...entriesOf('streams', wordsOfStream(stream), stream.createdAt, stream.id, { streamId: stream.id }),
  ...entriesOf('tags', tagsOfStream(stream), stream.createdAt, stream.id, { streamId: stream.id }),
  ...entriesOf('categories', stream.category ? [stream.category] : [], stream.createdAt, stream.id, {
    streamId: stream.id,
  }),
];

export const entriesOfPost = (post: Pick<Post, 'id' | 'text' | 'live' | 'createdAt'>): Entries =>
  entriesOf('tags', tagsOfPost(post), post.createdAt, post.id, { postId: post.id });

/**
 * The parts of a transaction by which something is found as it is afterwards, and no longer as it was. An entry is only a hint: who
 * reads it looks at the thing itself, so one too many does no harm, and who may see the thing is asked then.
 */
export const entryParts = (before: Entries, after: Entries): Part<never>[] => {
  const sortKeys = (entries: Entries) => entries.map(({ key }) => `${key.pk.S}\n${key.sk.S}`);
  const [was, is] = [new Set(sortKeys(before)), new Set(sortKeys(after))];
  if (was.size === is.size && [...was].every((one) => is.has(one))) return [];
  return [
    ...before.filter(({ key }) => !is.has(`${key.pk.S}\n${key.sk.S}`)).map(({ key }) => ({ remove: key })),
    ...after.map(({ item }) => ({ put: item })),
  ];
};

/** Search by prefix. */
export const createSearchStore = ({ table }: { table: Table }) => {
  const look = async (
    partition: string,
    begins: string,
    { limit, after }: { limit: number; after: Position | undefined },
  ): Promise<{ entries: PlacedEntry[]; next: Position | undefined }> => {
    const { items, next } = await table.query({ partition, begins, limit, after });
    const entries = items.map((item) => ({
      ...record.read(item),
      place: { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' },
    }));
    return { entries, next };
  };

  return {
    /** What is found by words that begin with `prefix`, in their order, the newest first under each. */
    beginning: (kind: SearchKind, prefix: string, ask: { limit: number; after: Position | undefined }) =>
      look(searchPartition(kind, prefix), prefix, ask),

    /** What bears a tag, the newest first. */
    tagged: (tag: string, ask: { limit: number; after: Position | undefined }) =>
      look(searchPartition('tags', tag), underWord(tag), ask),

    /** Shows of a category, the newest first. */
    ofCategory: (category: Category, ask: { limit: number; after: Position | undefined }) =>
      look(searchPartition('categories', category), underWord(category), ask),
  };
};
export type SearchStore = ReturnType<typeof createSearchStore>;

/** Where a list of tags goes on after all that bears this one. */
export const placeAfterTag = (tag: string): Position => ({ pk: searchPartition('tags', tag), sk: afterWord(tag) });
