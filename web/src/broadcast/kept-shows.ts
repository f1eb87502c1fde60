/** The folder of the origin's own file system in which shows are kept while they are sent. */
export const KEPT_SHOWS = 'shows';

/** Whoever signs out leaves nothing of their shows behind. What a running show has open it removes itself when it is over. */
export const forgetKeptShows = async (): Promise<void> => {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(KEPT_SHOWS, { recursive: true });
  } catch {
    // There is nothing, or this browser keeps nothing.
  }
};
