/** A part of the app that did not arrive: most often because a newer version has taken its place on the server. */
export class PartMissing extends Error {
  override readonly name = 'PartMissing';
}

/**
 * A part that is loaded only when it is needed. Its failure gets a name of ours, because the router takes the browser's own
 * error as leave to reload the page, whatever is being sent from it.
 */
export const part =
  <Module>(load: () => Promise<Module>) =>
  async (): Promise<Module> => {
    try {
      return await load();
    } catch (cause) {
      throw new PartMissing('A part of the app did not load.', { cause });
    }
  };
