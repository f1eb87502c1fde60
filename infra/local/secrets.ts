import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CommandError } from './command-error.mjs';

/** The data folder's format. A folder of a higher one was written by a newer Vybzz and is left alone. */
const DATA_VERSION = 1;
const FILE = 'secrets.json';

const Secrets = z.object({
  version: z.number(),
  muxTokenId: z.string(),
  muxTokenSecret: z.string(),
  muxWebhookSecret: z.string(),
  cursorSecret: z.string(),
  /** Opens the routes under `/_local`, for `npm run token`. */
  localSecret: z.string(),
  /** What the key is made of by which push services know us. */
  vapidSecret: z.optional(z.string()),
  /** Signs the playback tokens of shows that are not public; Mux's stand-in makes it. */
  signingKey: z.optional(z.object({ id: z.string(), privateKey: z.string() })),
});
export type Secrets = z.infer<typeof Secrets>;

/** This installation's own credentials: made at first start, readable by their owner alone, kept from then on. */
export const localSecrets = async (dataDir: string): Promise<Secrets> => {
  const path = join(dataDir, FILE);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) {
    const secrets = Secrets.parse(JSON.parse(kept));
    if (secrets.version > DATA_VERSION)
      throw new CommandError(
        `The data in ${dataDir} is of a newer Vybzz (format ${secrets.version}, this one knows ${DATA_VERSION}). Update this clone, use another DATA_DIR, or empty it: npm start -- --fresh`,
      );
    return secrets;
  }
  const random = () => randomBytes(24).toString('base64url');
  const made: Secrets = {
    version: DATA_VERSION,
    muxTokenId: random(),
    muxTokenSecret: random(),
    muxWebhookSecret: random(),
    cursorSecret: random(),
    localSecret: random(),
  };
  await writeFile(path, JSON.stringify(made, undefined, 2), { mode: 0o600, flag: 'wx' });
  return made;
};

/** Writes beside the file and renames, so that a death in between leaves the old secrets whole. */
const keep = async (dataDir: string, secrets: Secrets): Promise<void> => {
  const path = join(dataDir, FILE);
  await writeFile(`${path}.new`, JSON.stringify(secrets, undefined, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
};

/** The secret of Web Push, made where a folder is older than that. */
export const localVapidSecret = async (dataDir: string, secrets: Secrets): Promise<string> => {
  const vapidSecret = secrets.vapidSecret ?? randomBytes(24).toString('base64url');
  if (secrets.vapidSecret === undefined) await keep(dataDir, Object.assign(secrets, { vapidSecret }));
  return vapidSecret;
};

/** The signing key, made by `create` where there is none yet. */
export const localSigningKey = async (
  dataDir: string,
  secrets: Secrets,
  create: () => Promise<{ id: string; privateKey: string }>,
): Promise<{ id: string; privateKey: string }> => {
  if (secrets.signingKey) return secrets.signingKey;
  const signingKey = await create();
  await keep(dataDir, { ...secrets, signingKey });
  return signingKey;
};
