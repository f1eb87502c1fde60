import type { Handle, UserId } from './ids.ts';
import type { Suspension } from './report.ts';

/** A person; a creator is a person who may go live. Times are milliseconds since 1970. */
export type User = {
  id: UserId;
  handle: Handle;
  name: string;
  bio?: string | undefined;
  avatarUrl?: string | undefined;
  creator: boolean;
  /** Watches over the platform, not only over what is theirs. */
  moderator: boolean;
  createdAt: number;
  /** Signed out everywhere: what was signed in before this moment counts no longer. */
  notBefore?: number | undefined;
  /** See `suspensionNow`. */
  suspended?: Suspension | undefined;
};

/** How many follow a person, and how many that person follows. */
export type Following = { followers: number; following: number };

/** A person as others see one beside a stream, post or comment. */
export type Person = Pick<User, 'id' | 'handle' | 'name' | 'avatarUrl'>;

/** What a person may change of their own profile; null takes a value away. */
export type ProfileChanges = {
  handle?: Handle | undefined;
  name?: string | undefined;
  bio?: string | undefined;
  avatarUrl?: string | null | undefined;
};

/** May this person take down what that one has put up? */
export const mayTakeDown = (caller: Pick<User, 'id' | 'moderator'>, ownerId: UserId): boolean =>
  caller.moderator || caller.id === ownerId;
