import type { FeedStorage } from '#ingest-client/feed';
import { END_FILE, KEPT_FILE, KEPT_SHOWS, RECORD_FILES } from './kept-shows.ts';
import { roomToKeep } from './device-space.ts';
import { createFeedStorage, readFeedStorage, type Found, type StorageFile, type StorageFiles } from './feed-storage.ts';

/** Of what the browser would still give us. */
const QUOTA_SHARE = 0.5;
/** Ten minutes of the best picture twice over; more of an outage than this ends a show anyway. */
const MOST_BYTES = 512 * 1024 * 1024;
/** Below this memory does as well. */
const LEAST_BYTES = 64 * 1024 * 1024;

type Asked = {
  streamId: string;
  sinceMs: number;
  /** The recording is to stay when the show is over. */
  keep: boolean;
  /** It has no more room, or none at all. */
  onFull: () => void;
  clock: () => number;
};

const shows = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(KEPT_SHOWS, { create: true });

const openFiles = async (folder: FileSystemDirectoryHandle): Promise<StorageFiles> => {
  const opened: StorageFile[] = [];
  const open = async (name: string): Promise<StorageFile> => {
    const handle = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
    opened.push(handle);
    return handle;
  };
  try {
    return {
      media: await open(KEPT_FILE),
      end: await open(END_FILE),
      records: [await open(RECORD_FILES[0]), await open(RECORD_FILES[1])],
    };
  } catch (error) {
    for (const file of opened) file.close();
    throw error;
  }
};

const closeFiles = ({ media, end, records }: StorageFiles) => {
  for (const file of [media, end, ...records]) file.close();
};

/** A place on disk for a feed; undefined where the browser gives none, and the feed then lives in memory. */
export const openFeedStorage = async ({
  streamId,
  sinceMs,
  keep,
  onFull,
  clock,
}: Asked): Promise<FeedStorage | undefined> => {
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    const maxBytes = Math.min(MOST_BYTES, Math.floor((quota - usage) * QUOTA_SHARE));
    const keptBytes = keep ? roomToKeep({ quota, usage }) : 0;
    if (keep && keptBytes === 0) onFull();
    if (maxBytes < LEAST_BYTES) {
      if (keptBytes > 0) onFull();
      return undefined;
    }
    const folder = await shows();
    const name = `${streamId}~${Math.round(sinceMs)}~${crypto.randomUUID()}`;
    const files = await openFiles(await folder.getDirectoryHandle(name, { create: true }));
    const remove = () => void folder.removeEntry(name, { recursive: true }).catch(() => {});
    return createFeedStorage({ files, maxBytes, keptBytes, onFull, clock, remove, streamId, sinceMs });
  } catch {
    if (keep) onFull();
    // A private window, or a browser without files of its own for workers.
    return undefined;
  }
};

/** A feed that a page has left, held until it is let go. */
export type Leftover = Found & {
  name: string;
  /** Closes its files: they wait for somebody who may send them, or nothing more will be sent, and what is not kept is removed. */
  release: (as: 'waiting' | 'over') => Promise<void>;
};

/** What pages that are gone have left. What a page that lives has open is not among it: its files are locked. */
export const findLeftovers = async (): Promise<Leftover[]> => {
  const found: Leftover[] = [];
  try {
    const folder = await shows();
    for await (const [name, handle] of folder.entries()) {
      if (!(handle instanceof FileSystemDirectoryHandle)) continue;
      const files = await openFiles(handle).catch(() => undefined);
      if (!files) continue;
      const left = readFeedStorage(files);
      const release = async (as: 'waiting' | 'over') => {
        if (as === 'over') left?.end();
        closeFiles(files);
        if (as === 'over' && !left?.keptBytes) await folder.removeEntry(name, { recursive: true }).catch(() => {});
      };
      if (left && !left.over) found.push({ ...left, name, release });
      else await (left ? closeFiles(files) : release('over'));
    }
  } catch {
    // There is no such file system here.
  }
  return found;
};
