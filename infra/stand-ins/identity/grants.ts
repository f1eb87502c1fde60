import { readFile } from 'node:fs/promises';
import type { AdapterFactory, AdapterPayload } from 'oidc-provider';
import { replacePrivateFile } from './files.ts';

/** More would be a script in a loop; what is nobody's yet goes first, and of that whatever expires first. */
export const ENTRIES_LIMIT = 5_000;

/**
 * For how long a used refresh token may be used again, until its successor has been used: two tabs refresh at once, or an
 * answer is lost and asked for again. Later it is somebody else's copy (RFC 9700, 4.14.2).
 */
export const RETRY_SECONDS = 10;

type Entry = {
  model: string;
  id: string;
  expiresAt: number;
  payload: AdapterPayload;
  /** What came of this refresh token has itself been used: its own use again is no retry. */
  superseded?: boolean;
};
type Parts = { file: string; now: () => number; log: (line: string) => void };

/**
 * Where the provider keeps sessions, grants and refresh tokens: in memory, and in one file that is written before a change
 * is acknowledged. Changes that come while it is being written share the next write.
 */
export async function openGrants({ file, now, log }: Parts): Promise<AdapterFactory> {
  const entries = new Map<string, Entry>();
  for (const entry of await read(file, log)) entries.set(keyOf(entry.model, entry.id), entry);

  const forget = () => {
    for (const [key, { expiresAt }] of entries) if (expiresAt <= now()) entries.delete(key);
    const soonest = [...entries].toSorted(
      ([, a], [, b]) => Number(isSomebodys(a)) - Number(isSomebodys(b)) || a.expiresAt - b.expiresAt,
    );
    for (const [key] of soonest.slice(0, Math.max(0, entries.size - ENTRIES_LIMIT))) entries.delete(key);
  };

  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  const save = (): Promise<void> => {
    if (queued) return queued;
    const next = writing.then(() => {
      queued = undefined;
      forget();
      return replacePrivateFile(file, JSON.stringify([...entries.values()]));
    });
    queued = next;
    writing = next.catch(() => {});
    return next;
  };

  const alive = (entry: Entry | undefined) => (entry && entry.expiresAt > now() ? entry.payload : undefined);
  const first = (matches: (entry: Entry) => boolean) => alive([...entries.values()].find(matches));

  const isRetry = ({ model, payload: { consumed }, superseded = false }: Entry) =>
    model === 'RefreshToken' && typeof consumed === 'number' && !superseded && now() / 1000 < consumed + RETRY_SECONDS;

  return (model) => ({
    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn === undefined ? Number.MAX_SAFE_INTEGER : now() + expiresIn * 1000;
      entries.set(keyOf(model, id), { model, id, expiresAt, payload });
      await save();
    },
    async find(id) {
      const entry = entries.get(keyOf(model, id));
      const payload = alive(entry);
      if (!entry || !payload || !isRetry(entry)) return payload;
      const { consumed: _, ...unused } = payload;
      return unused;
    },
    async findByUid(uid) {
      return first((entry) => entry.model === model && entry.payload.uid === uid);
    },
    async findByUserCode(userCode) {
      return first((entry) => entry.model === model && entry.payload.userCode === userCode);
    },
    async consume(id) {
      const entry = entries.get(keyOf(model, id));
      if (!entry) return;
      entry.payload.consumed ??= Math.floor(now() / 1000);
      for (const other of entries.values())
        if (other !== entry && other.payload.grantId === entry.payload.grantId && other.payload.consumed !== undefined)
          other.superseded = true;
      await save();
    },
    async destroy(id) {
      if (entries.delete(keyOf(model, id))) await save();
    },
    async revokeByGrantId(grantId) {
      for (const [key, entry] of entries)
        if (entry.model === model && entry.payload.grantId === grantId) entries.delete(key);
      await save();
    },
  });
}

/** Of a person who has signed in: a stranger makes any number of the others, and must sign nobody out by them. */
const isSomebodys = ({ payload }: Entry): boolean => payload.accountId !== undefined || payload.grantId !== undefined;

const keyOf = (model: string, id: string) => `${model}:${id}`;

async function read(file: string, log: Parts['log']): Promise<Entry[]> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (Array.isArray(parsed)) return parsed.filter(isEntry);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  }
  log(`identity: ${file} cannot be read; everybody has to sign in again`);
  return [];
}

/** The payload is the provider's own, which wrote it. */
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' &&
  value !== null &&
  'model' in value &&
  typeof value.model === 'string' &&
  'id' in value &&
  typeof value.id === 'string' &&
  'expiresAt' in value &&
  typeof value.expiresAt === 'number' &&
  'payload' in value &&
  typeof value.payload === 'object';
