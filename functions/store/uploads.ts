import type { UploadId, UserId } from '#domain/ids';
import { type Upload, UPLOAD_ATTACH_MS, UPLOAD_KEPT_MS } from '#domain/upload';
import { both, type Expression, exists, type Part, type Table } from './dynamo.ts';
import { toItem } from './item.ts';
import { removalKey } from './keys.ts';
import { readRemoval, removalNote } from './removals.ts';

const ofOwner = (owner: UserId, now: number): Expression => ({
  expression: 'ownerId = :owner AND waiting = :yes AND #at > :since',
  names: { '#at': 'at' },
  values: toItem({ ':owner': owner, ':yes': true, ':since': now - UPLOAD_ATTACH_MS }),
});

/**
 * Takes a file off the list of what is to be removed, in the transaction of the post that it goes into: so it is in one post, its
 * owner's, and is never removed under it.
 */
export const takenUp = (owner: UserId, { id }: Upload, now: number): Part<'upload-gone'> => ({
  remove: removalKey(id),
  when: both(exists, ofOwner(owner, now)),
  or: 'upload-gone',
});

/** Files that have been announced and that no post has taken up yet. All of them are to be removed, unless one does. */
export const createUploadStore = ({ table }: { table: Table }) => ({
  announce: async (owner: UserId, upload: Upload, now: number): Promise<void> => {
    await table.put(
      removalNote({ of: 'upload', ownerId: owner, upload, waiting: true, at: now }, now + UPLOAD_KEPT_MS),
    );
  },

  /** What this person may put into a post; undefined where it is another's, in a post already, or too old. */
  waiting: async (owner: UserId, id: UploadId, now: number): Promise<Upload | undefined> => {
    const item = await table.get(removalKey(id));
    const note = item && readRemoval(item);
    if (note?.of !== 'upload' || note.ownerId !== owner) return undefined;
    return note.waiting && note.at > now - UPLOAD_ATTACH_MS ? note.upload : undefined;
  },
});
