import type { UserId } from '#domain/ids';
import { mayTakeDown } from '#domain/user';
import type { Caller } from '../http/caller.ts';

/** Whether this caller may remove what that person has written. */
export const mayRemove = ({ userId, roles }: Caller, ownerId: UserId): boolean =>
  mayTakeDown({ id: userId, moderator: roles.includes('moderator') }, ownerId);
