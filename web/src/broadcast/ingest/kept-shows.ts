/** The folder of the origin's own file system in which shows are kept while they are sent, and longer where that is wished. */
export const KEPT_SHOWS = 'shows';
/** In the folder of a feed: its container stream, how many bytes that has, what is known of it, and the file that was made of it. */
export const KEPT_FILE = 'media';
export const END_FILE = 'end';
export const RECORD_FILES = ['record-0', 'record-1'] as const;
export const MADE_FILE = 'recording.mp4';

/** Whoever signs out leaves nothing of their shows behind. What a running show has open it removes itself when it is over. */
export const forgetKeptShows = async (): Promise<void> => {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(KEPT_SHOWS, { recursive: true });
  } catch {
    // There is nothing, or this browser keeps nothing.
  }
};
