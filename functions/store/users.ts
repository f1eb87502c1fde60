import * as z from 'zod/mini';
import { HANDLE_HELD_MS } from '#domain/handle';
import type { Handle, PostId, UserId } from '#domain/ids';
import type { Suspension } from '#domain/report';
import type { Following, PictureOf, ProfileChanges, User } from '#domain/user';
import type { Upload } from '#domain/upload';
import * as brands from './brands.ts';
import { absent, both, either, exists, type Expression, type Part, type Table, TableUnavailable } from './dynamo.ts';
import { type Item, toItem } from './item.ts';
import { followCountsKey, handleKey, identityKey, userKey } from './keys.ts';
import { createRecord } from './record.ts';
import { entriesOfPerson, entryParts } from './search.ts';
import { signedOutItem } from './signed-out.ts';

/** A person as an issuer knows one. */
export type Subject = { issuer: string; subject: string };

/** What the table knows of a subject: a user, or that there was one until then, or nothing. */
export type Known = { known: 'user'; user: User } | { known: 'removed'; at: number } | { known: 'nobody' };

/** How a profile was changed, or why not. */
export type ProfileChangeOutcome =
  | { changed: true; user: User }
  | { changed: false; because: 'handle-taken' | 'gone' }
  | { changed: false; because: 'moved-too-often'; retryAfterMs: number };

const UserItem = z.object({
  id: brands.userId,
  handle: brands.handle,
  name: z.string(),
  bio: z.optional(z.string()),
  links: z.optional(z.array(z.object({ title: z.string(), url: z.string() }))),
  avatarUrl: z.optional(z.string()),
  avatar: z.optional(brands.publishedUpload),
  cover: z.optional(brands.publishedUpload),
  creator: z.boolean(),
  moderator: z.boolean(),
  createdAt: z.number(),
  notBefore: z.optional(z.number()),
  suspended: z.optional(z.object({ until: z.optional(z.number()) })),
  /** Of the identity item, which goes with the user. */
  identityPk: z.string(),
  /** When the handle was changed, the latest first, as far as `HANDLE_MOVES` looks back. */
  moves: z.optional(z.array(z.number())),
});
type UserItem = z.infer<typeof UserItem>;

const userRecord = createRecord({ kind: 'user', version: 1, schema: UserItem });

const identityRecord = createRecord({
  kind: 'identity',
  version: 1,
  schema: z.object({ userId: z.optional(brands.userId), removedAt: z.optional(z.number()) }),
});

const handleRecord = createRecord({
  kind: 'handle',
  version: 1,
  schema: z.object({ userId: brands.userId, heldUntil: z.optional(z.number()) }),
});

const followCountsRecord = createRecord({
  kind: 'follow counts',
  version: 1,
  schema: z.object({
    userId: brands.userId,
    followers: z.number(),
    following: z.number(),
    /** What a following feed asks first: nothing of theirs is newer. */
    lastPostId: z.optional(brands.postId),
  }),
});

/** Each handle given up is held back from everybody else, so nobody may give up many. */
export const HANDLE_MOVES = { most: 10, withinMs: 24 * 60 * 60 * 1000 } as const;

/** A removed identity is remembered longer than any access token lives, so that an old one makes no new user. */
const REMOVED_SECONDS = 30 * 24 * 60 * 60;
const HANDLE_ATTEMPTS = 5;

/** Neither handle nor name has changed since it was read: what it is found by has not either. */
const isNamed = ({ handle, name }: Pick<User, 'handle' | 'name'>): Expression =>
  both(exists, both(handleIs(handle), nameIs(name)));
const heldUntilBefore = (now: number): Expression => ({
  expression: 'attribute_exists(heldUntil) AND heldUntil <= :now',
  values: toItem({ ':now': now }),
});
const heldBy = (id: UserId): Expression => ({ expression: 'userId = :holder', values: toItem({ ':holder': id }) });
const handleFree = (now: number): Expression => either(absent, heldUntilBefore(now));
const nameIs = (name: string): Expression => ({
  expression: '#name = :currentName',
  names: { '#name': 'name' },
  values: toItem({ ':currentName': name }),
});
const handleIs = (handle: Handle): Expression => ({
  expression: '#handle = :currentHandle',
  names: { '#handle': 'handle' },
  values: toItem({ ':currentHandle': handle }),
});

export const createUserStore = ({ table }: { table: Table }) => {
  const find = async (id: UserId): Promise<User | undefined> => {
    const item = await table.get(userKey(id));
    return item && toUser(item);
  };

  const findMany = async (ids: readonly UserId[]): Promise<Map<UserId, User>> => {
    const items = await table.getMany([...new Set(ids)].map(userKey));
    return new Map(items.map(toUser).map((user) => [user.id, user]));
  };

  const knownAs = async ({ issuer, subject }: Subject): Promise<Known> => {
    const item = await table.get(identityKey(issuer, subject));
    if (!item) return { known: 'nobody' };
    const { userId, removedAt } = identityRecord.read(item);
    if (userId === undefined) return { known: 'removed', at: removedAt ?? 0 };
    const user = await find(userId);
    // between our two reads the account can go
    return user ? { known: 'user', user } : { known: 'removed', at: Number.POSITIVE_INFINITY };
  };

  /** Of many first sights at once, and of many who want one handle, one wins. */
  const create = async (
    user: User,
    subject: Subject,
  ): Promise<{ created: true } | { created: false; because: 'known' | 'handle-taken' }> => {
    const identity = identityKey(subject.issuer, subject.subject);
    const outcome = await table.transact([
      {
        put: { ...identity, ...identityRecord.write({ userId: user.id }) },
        when: either(absent, { expression: 'attribute_not_exists(userId)' }),
        or: 'known',
      },
      {
        put: { ...handleKey(user.handle), ...handleRecord.write({ userId: user.id }) },
        when: handleFree(user.createdAt),
        or: 'handle-taken',
      },
      { put: { ...userKey(user.id), ...userRecord.write({ ...user, identityPk: identity.pk.S }) }, when: absent },
      {
        put: {
          ...followCountsKey(user.id),
          ...followCountsRecord.write({ userId: user.id, followers: 0, following: 0 }),
        },
        when: absent,
      },
      ...entryParts([], entriesOfPerson(user)),
    ]);
    return outcome.done ? { created: true } : { created: false, because: outcome.because };
  };

  /** Who goes by this handle now; one that is merely held back leads to nobody. */
  const byHandle = async (handle: Handle): Promise<User | undefined> => {
    const item = await table.get(handleKey(handle));
    if (!item) return undefined;
    const { userId, heldUntil } = handleRecord.read(item);
    return heldUntil === undefined ? find(userId) : undefined;
  };

  const following = async (id: UserId): Promise<Following> => {
    const item = await table.get(followCountsKey(id));
    const { followers, following: follows } = item ? followCountsRecord.read(item) : { followers: 0, following: 0 };
    return { followers, following: follows };
  };

  const moveHandle = async (
    user: UserItem,
    to: Handle,
    changes: ProfileChanges,
    now: number,
  ): Promise<ProfileChangeOutcome | 'moved-meanwhile'> => {
    const lately = (user.moves ?? []).filter((at) => at > now - HANDLE_MOVES.withinMs);
    const oldest = lately[HANDLE_MOVES.most - 1];
    if (oldest !== undefined)
      return { changed: false, because: 'moved-too-often', retryAfterMs: oldest + HANDLE_MOVES.withinMs - now };
    const heldUntil = now + HANDLE_HELD_MS;
    const moved = { ...withoutBookkeeping(user), ...applied({ ...changes, handle: to }) };
    const outcome = await table.transact([
      {
        put: { ...handleKey(to), ...handleRecord.write({ userId: user.id }) },
        when: either(handleFree(now), heldBy(user.id)),
        or: 'handle-taken',
      },
      {
        put: {
          ...handleKey(user.handle),
          ...handleRecord.write({ userId: user.id, heldUntil }, { expiresAt: Math.ceil(heldUntil / 1000) }),
        },
        when: heldBy(user.id),
        or: 'moved-meanwhile',
      },
      {
        update: userKey(user.id),
        set: profileUpdate({ ...applied({ ...changes, handle: to }), moves: [now, ...lately] }),
        when: isNamed(user),
        or: 'moved-meanwhile',
      },
      ...entryParts(entriesOfPerson(user), entriesOfPerson(moved)),
    ]);
    if (outcome.done) return { changed: true, user: moved };
    return outcome.because === 'handle-taken' ? { changed: false, because: 'handle-taken' } : 'moved-meanwhile';
  };

  /** Changes a profile, its handle included: all of it or nothing. The handle that is given up is held back. */
  const change = async (
    id: UserId,
    { handle, ...rest }: ProfileChanges,
    now: number,
  ): Promise<ProfileChangeOutcome> => {
    for (let attempt = 0; attempt < HANDLE_ATTEMPTS; attempt++) {
      const item = await table.get(userKey(id));
      if (!item) return { changed: false, because: 'gone' };
      const user = userRecord.read(item);
      if (handle !== undefined && handle !== user.handle) {
        const moved = await moveHandle(user, handle, rest, now);
        if (moved !== 'moved-meanwhile') return moved;
        continue; // another of this person's requests was first: look again
      }
      const fields = applied(rest);
      if (Object.keys(fields).length === 0) return { changed: true, user: toUser(item) };
      const renamed = entryParts(entriesOfPerson(user), entriesOfPerson({ ...user, ...fields }));
      if (renamed.length > 0) {
        const outcome = await table.transact([
          { update: userKey(id), set: profileUpdate(fields), when: isNamed(user), or: 'moved-meanwhile' },
          ...renamed,
        ]);
        if (!outcome.done) continue;
        return { changed: true, user: { ...withoutBookkeeping(user), ...fields } };
      }
      const updated = await table.update(userKey(id), profileUpdate(fields), exists);
      return updated.done && updated.item
        ? { changed: true, user: toUser(updated.item) }
        : { changed: false, because: 'gone' };
    }
    throw new TableUnavailable('a name kept changing');
  };

  return {
    find,
    findMany,
    knownAs,
    create,
    byHandle,
    following,
    change,

    /** The newest post of each of these, as far as they have ever posted; it may have gone since. */
    lastPosts: async (ids: readonly UserId[]): Promise<Map<UserId, PostId>> => {
      const items = await table.getMany(ids.map(followCountsKey));
      return new Map(
        items
          .map((item) => followCountsRecord.read(item))
          .flatMap(({ userId, lastPostId }) => (lastPostId === undefined ? [] : [[userId, lastPostId] as const])),
      );
    },

    /** The user as a creator; undefined where the user has gone. */
    becomeCreator: async (id: UserId): Promise<User | undefined> => {
      const set = { expression: 'SET creator = :yes', values: toItem({ ':yes': true }) };
      const { done, item } = await table.update(userKey(id), set, exists);
      return done && item ? toUser(item) : undefined;
    },
    /** Suspends somebody, or lifts it where there is no suspension; the user as before, undefined where they have gone. */
    suspend: async (id: UserId, suspended: Suspension | undefined): Promise<User | undefined> => {
      const before = await find(id);
      const set: Expression = suspended
        ? { expression: 'SET suspended = :suspended', values: toItem({ ':suspended': suspended }) }
        : { expression: 'REMOVE suspended' };
      return before && (await table.update(userKey(id), set, exists)).done ? before : undefined;
    },
    /** Whatever was signed in before this moment counts no longer. */
    signOutEverywhere: async (id: UserId, now: number): Promise<void> => {
      await table.transact([
        {
          update: userKey(id),
          set: { expression: 'SET notBefore = :now', values: toItem({ ':now': now }) },
          when: exists,
          or: 'gone',
        },
        { put: signedOutItem(id, now) },
      ]);
    },
  };
};

/**
 * The parts of a transaction that make a person unknown: profile, counts and identity go, the handle is held back. What else was
 * theirs is `removals.ts`'s to take away.
 */
export const farewell = (user: Item, now: number): Part<'gone'>[] => {
  const person = userRecord.read(user);
  const { id, handle, identityPk } = person;
  const heldUntil = now + HANDLE_HELD_MS;
  const held = handleRecord.write({ userId: id, heldUntil }, { expiresAt: Math.ceil(heldUntil / 1000) });
  const removed = { expiresAt: Math.ceil(now / 1000) + REMOVED_SECONDS };
  return [
    { remove: userKey(id), when: both(isNamed(person), arePictures(person)), or: 'gone' },
    ...entryParts(entriesOfPerson(person), []),
    { remove: followCountsKey(id) },
    { put: { ...handleKey(handle), ...held } },
    { put: signedOutItem(id, now) },
    {
      put: { pk: { S: identityPk }, sk: { S: 'IDENTITY' }, ...identityRecord.write({ removedAt: now }, removed) },
    },
  ];
};

/** These are the pictures that a person has: with what was read, nothing that is theirs is forgotten. */
const arePictures = (person: Pick<User, PictureOf>): Expression =>
  both(isPicture('avatar', person.avatar), isPicture('cover', person.cover));

export const isPicture = (picture: PictureOf, is: Upload | undefined): Expression =>
  is === undefined
    ? { expression: `attribute_not_exists(#${picture})`, names: { [`#${picture}`]: picture } }
    : {
        expression: `#${picture}.#id = :${picture}Id`,
        names: { [`#${picture}`]: picture, '#id': 'id' },
        values: toItem({ [`:${picture}Id`]: is.id }),
      };

/** A user as it lies in the table. */
export const readUser = (item: Item): User => toUser(item);

const withoutBookkeeping = (item: UserItem): User => {
  const { identityPk: _, moves: __, ...user } = item;
  return user;
};

const toUser = (item: Item): User => withoutBookkeeping(userRecord.read(item));

/** The members of a user that the changes set; undefined where one goes. */
const applied = ({ handle, name, bio, links, avatarUrl }: ProfileChanges): Partial<User> => ({
  ...(handle !== undefined && { handle }),
  ...(name !== undefined && { name }),
  ...(bio !== undefined && { bio: bio === '' ? undefined : bio }),
  ...(links !== undefined && { links: links.length === 0 ? undefined : links }),
  ...(avatarUrl !== undefined && { avatarUrl: avatarUrl ?? undefined }),
});

export const profileUpdate = (changes: Partial<User> & { moves?: number[] }): Expression => {
  const fields = Object.entries(changes);
  const put = fields.filter(([, value]) => value !== undefined);
  const gone = fields.filter(([, value]) => value === undefined);
  const sets = put.length > 0 ? `SET ${put.map(([name]) => `#${name} = :${name}`).join(', ')}` : '';
  const removes = gone.length > 0 ? `REMOVE ${gone.map(([name]) => `#${name}`).join(', ')}` : '';
  return {
    expression: `${sets} ${removes}`.trim(),
    names: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
    values: toItem(Object.fromEntries(put.map(([name, value]) => [`:${name}`, value]))),
  };
};
