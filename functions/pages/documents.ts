/** The documents of the web app: the app itself, and the player for other pages. */
export type DocumentName = 'index' | 'embed';

type Parts = {
  /** Where the built files of the site are; no slash at its end. */
  url: string;
  fetch: (url: string, init: { signal: AbortSignal }) => Promise<Response>;
  clock: () => Date;
};

type Kept = { text: string; at: number };

const FRESH_MS = 15_000;
const WAIT_MS = 3_000;

/**
 * The documents as the site has them now. One that cannot be had anew is given as it was: the files that an older one names stay
 * (`infra/decisions/old-site-files-stay.md`). Throws where there was never one.
 */
export const createDocuments = ({ url, fetch, clock }: Parts) => {
  const kept = new Map<DocumentName, Kept>();
  const asked = new Map<DocumentName, Promise<string>>();

  const ask = async (name: DocumentName): Promise<string> => {
    const answer = await fetch(`${url}/${name}.html`, { signal: AbortSignal.timeout(WAIT_MS) });
    if (!answer.ok) throw new Error(`the site answered ${answer.status} for ${name}.html`);
    const text = await answer.text();
    kept.set(name, { text, at: clock().getTime() });
    return text;
  };

  return async (name: DocumentName): Promise<string> => {
    const known = kept.get(name);
    if (known && clock().getTime() - known.at < FRESH_MS) return known.text;
    const asking = asked.get(name) ?? ask(name).finally(() => asked.delete(name));
    asked.set(name, asking);
    try {
      return await asking;
    } catch (error) {
      if (known) return known.text;
      throw error;
    }
  };
};
export type Documents = ReturnType<typeof createDocuments>;
