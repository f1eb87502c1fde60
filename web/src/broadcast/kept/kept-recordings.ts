import { readKept, type Kept } from '../ingest/feed-storage.ts';
import { END_FILE, KEPT_SHOWS, RECORD_FILES } from '../ingest/kept-shows.ts';
import type { FromMaker, ToMaker } from './kept-messages.ts';

/** A recording that has stayed on this device. A show of which a page was lost has several. */
export type KeptRecording = Kept & { name: string };

const shows = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(KEPT_SHOWS);

const read = async (folder: FileSystemDirectoryHandle, name: string): Promise<Uint8Array> =>
  new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());

const look = async (name: string, folder: FileSystemHandle): Promise<KeptRecording[]> => {
  if (!(folder instanceof FileSystemDirectoryHandle)) return [];
  try {
    const records = await Promise.all(RECORD_FILES.map((file) => read(folder, file)));
    const kept = readKept(records, await read(folder, END_FILE));
    return kept ? [{ ...kept, name }] : [];
  } catch {
    // Just being made, or removed.
    return [];
  }
};

/** The recordings that have stayed on this device, the oldest first. */
export const keptRecordings = async (): Promise<KeptRecording[]> => {
  const found: Promise<KeptRecording[]>[] = [];
  try {
    for await (const [name, folder] of (await shows()).entries()) found.push(look(name, folder));
  } catch {
    // Nothing has been kept, or this browser keeps nothing.
  }
  return (await Promise.all(found)).flat().sort((one, other) => one.sinceMs - other.sinceMs);
};

export const removeKept = async ({ name }: Pick<KeptRecording, 'name'>): Promise<void> =>
  (await shows()).removeEntry(name, { recursive: true });

/**
 * Makes a file of a recording: MP4 where its picture belongs in one. Throws where it cannot be made.
 *
 * @param onProgress how much of it is done, from 0 to 1
 */
export const makeFile = (
  { name, bytes }: KeptRecording,
  onProgress: (share: number) => void,
): Promise<{ file: Blob; extension: string }> => {
  const worker = new Worker(new URL('./maker.worker.ts', import.meta.url), { type: 'module', name: 'maker' });
  return new Promise<{ file: Blob; extension: string }>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FromMaker>) => {
      if (data.type === 'progress') onProgress(data.share);
      else if (data.type === 'made') resolve(data);
      else reject(new Error(data.because));
    });
    worker.addEventListener('error', () => reject(new Error('the part that makes files could not be loaded')));
    worker.postMessage({ name, bytes } satisfies ToMaker);
  }).finally(() => worker.terminate());
};
