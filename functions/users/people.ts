import type { Page, PersonView } from '#contract/http';
import { type Handle, parseHandle, type UserId } from '#domain/ids';
import type { User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import { toPersonView } from '../profiles/profiles.ts';

type Parts = {
  users: {
    byHandle(handle: Handle): Promise<User | undefined>;
    findMany(ids: readonly UserId[]): Promise<Map<UserId, User>>;
  };
  cursors: Cursors;
};

export type PageAsk = { limit: number; after: Position | undefined };

/** The people whom paths name, and pages of people. */
export const createPeople = ({ users, cursors }: Parts) => {
  /** The user that a path names; refused where nobody bears the handle. */
  const named = async (text: string): Promise<User> => {
    const handle = parseHandle(text);
    const user = handle && (await users.byHandle(handle));
    if (!user) throw new Refusal('user-not-found', 'Nobody goes by this handle.');
    return user;
  };
  const another = async (caller: Caller, text: string, verb: string): Promise<User> => {
    const user = await named(text);
    if (user.id === caller.userId) throw new Refusal('not-allowed', `You cannot ${verb} yourself.`);
    return user;
  };

  /** One page of a list, of those who are still there. */
  const people = async (
    list: string,
    ids: readonly UserId[],
    next: Position | undefined,
  ): Promise<Page<PersonView>> => {
    const found = await users.findMany(ids);
    const items = ids.flatMap((id) => found.get(id) ?? []).map(toPersonView);
    const cursor = cursors.seal(list, next);
    return { items, ...(cursor !== undefined && { cursor }) };
  };

  return { named, another, page: people };
};
export type People = ReturnType<typeof createPeople>;
