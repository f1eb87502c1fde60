/** The folder of the origin's own file system in which shows are kept while they are sent, and longer where that is wished. */
export const KEPT_SHOWS = 'shows';
/** In the folder of a feed: its container stream, how many bytes that has, what is known of it, and the file that was made of it. */
export const KEPT_FILE = 'media';
export const END_FILE = 'end';
export const RECORD_FILES = ['record-0', 'record-1'] as const;
export const MADE_FILE = 'recording.mp4';

/**
 * Whoever signs out leaves nothing of their shows behind.
 *
 * @returns whether nothing is left: what a show that runs has open can be removed once it is over
 */
export const forgetKeptShows = async (): Promise<boolean> => {
  try {
    const shows = await (await navigator.storage.getDirectory()).getDirectoryHandle(KEPT_SHOWS);
    const removed: Promise<boolean>[] = [];
    // One by one: a file that is open would keep all the others.
    for await (const name of shows.keys())
      removed.push(
        shows.removeEntry(name, { recursive: true }).then(
          () => true,
          () => false,
        ),
      );
    return (await Promise.all(removed)).every(Boolean);
  } catch {
    // There is nothing, or this browser keeps nothing.
    return true;
  }
};
