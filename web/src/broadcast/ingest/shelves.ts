import type { Shelf } from '#ingest-client/feed';
import { KEPT_SHOWS } from '../kept-shows.ts';
import { createShelf, readShelf, type Found, type ShelfFile, type ShelfFiles } from './shelf-file.ts';

/** Of what the browser would still give us. */
const QUOTA_SHARE = 0.5;
/** Ten minutes of the best picture twice over; more of an outage than this ends a show anyway. */
const MOST_BYTES = 512 * 1024 * 1024;
/** Below this memory does as well. */
const LEAST_BYTES = 64 * 1024 * 1024;

type Asked = { streamId: string; sinceMs: number; whole: boolean; clock: () => number };

const shows = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(KEPT_SHOWS, { create: true });

const openFiles = async (folder: FileSystemDirectoryHandle): Promise<ShelfFiles> => {
  const opened: ShelfFile[] = [];
  const open = async (name: string): Promise<ShelfFile> => {
    const handle = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
    opened.push(handle);
    return handle;
  };
  try {
    return {
      media: await open('media'),
      end: await open('end'),
      records: [await open('record-0'), await open('record-1')],
    };
  } catch (error) {
    for (const file of opened) file.close();
    throw error;
  }
};

const closeFiles = ({ media, end, records }: ShelfFiles) => {
  for (const file of [media, end, ...records]) file.close();
};

/** A place on disk for a feed; undefined where the browser gives none, and the feed then lives in memory. */
export const openShelf = async ({ streamId, sinceMs, whole, clock }: Asked): Promise<Shelf | undefined> => {
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    const maxBytes = Math.min(MOST_BYTES, Math.floor((quota - usage) * QUOTA_SHARE));
    if (maxBytes < LEAST_BYTES) return undefined;
    const folder = await shows();
    const name = `${streamId}~${Math.round(sinceMs)}~${crypto.randomUUID()}`;
    const files = await openFiles(await folder.getDirectoryHandle(name, { create: true }));
    const remove = () => void folder.removeEntry(name, { recursive: true }).catch(() => {});
    return createShelf({ files, maxBytes, whole, clock, remove, streamId, sinceMs });
  } catch {
    // A private window, or a browser without files of its own for workers.
    return undefined;
  }
};

/** A feed that a page has left, held until it is let go. */
export type Leftover = Found & {
  name: string;
  /** Closes its files; where it is not to be kept they are removed. */
  release: (keep: boolean) => Promise<void>;
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
      const release = async (keep: boolean) => {
        closeFiles(files);
        if (!keep) await folder.removeEntry(name, { recursive: true }).catch(() => {});
      };
      const left = readShelf(files);
      if (left) found.push({ ...left, name, release });
      else await release(false);
    }
  } catch {
    // There is no such file system here.
  }
  return found;
};
