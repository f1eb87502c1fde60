import type { UserId } from '#domain/ids';
import type { PublishedUpload } from '#domain/upload';
import type { PictureOf, User } from '#domain/user';
import { both, exists, type Part, type Table } from './dynamo.ts';
import { userKey } from './keys.ts';
import { dropped } from './removals.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { takenUp } from './uploads.ts';
import { isPicture, profileUpdate, readUser } from './users.ts';

export type PictureSet = { set: true; user: User } | { set: false; because: 'gone' | 'upload-gone' };

/** The pictures that people have uploaded of themselves, and for over their pages. */
export const createPictureStore = ({ table }: { table: Table }) => ({
  /**
   * Shows another picture from now on, or none: the file is taken up, and the one before goes, all of it or nothing. A picture of
   * one's own takes the place of an address as well.
   */
  set: (id: UserId, picture: PictureOf, upload: PublishedUpload | undefined, now: number) =>
    retryOnConflict<PictureSet>(async () => {
      const item = await table.get(userKey(id));
      if (!item) return { settled: { set: false, because: 'gone' } };
      const user = readUser(item);
      const before = user[picture];
      if (!upload && !before) return { settled: { set: true, user } };
      const changes: Partial<User> =
        picture === 'avatar' ? { avatar: upload, ...(upload && { avatarUrl: undefined }) } : { cover: upload };
      const parts: Part<'moved' | 'upload-gone'>[] = [
        {
          update: userKey(id),
          set: profileUpdate(changes),
          when: both(exists, isPicture(picture, before)),
          or: 'moved',
        },
        ...(upload ? [takenUp(id, upload, now)] : []),
        ...(before ? [dropped(id, before, now)] : []),
      ];
      const outcome = await table.transact<'moved' | 'upload-gone'>(parts);
      if (outcome.done) return { settled: { set: true, user: { ...user, ...changes } } };
      return outcome.because === 'upload-gone' ? { settled: { set: false, because: 'upload-gone' } } : 'conflict';
    }),
});
export type PictureStore = ReturnType<typeof createPictureStore>;
