import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';

/** Records of one kind: all of them in memory, each in a file of its own. */
export type Collection<T> = {
  get: (id: string) => T | undefined;
  all: () => T[];
  put: (record: T) => T;
  /** Changes what is there; undefined when nothing is. */
  update: (id: string, change: (record: T) => T) => T | undefined;
  remove: (id: string) => boolean;
};

type Settings<T> = { dir: string; schema: z.ZodType<T>; log: (line: string) => void };

/**
 * Opens a folder of JSON records. A record is written whole beside its place and renamed into it before `put` returns: what an
 * answer says is kept is kept, and a process that is killed leaves no half of a file. Files are ours alone (they hold stream keys).
 */
export const openCollection = <T extends { id: string }>({ dir, schema, log }: Settings<T>): Collection<T> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const records = new Map<string, T>();
  const fileOf = (id: string) => join(dir, `${id}.json`);

  for (const name of readdirSync(dir)) {
    if (name.endsWith('.tmp')) rmSync(join(dir, name), { force: true });
    if (!name.endsWith('.json')) continue;
    const parsed = schema.safeParse(readJson(join(dir, name)));
    if (parsed.success) records.set(parsed.data.id, parsed.data);
    else {
      log(`${name} cannot be read and is set aside`);
      renameSync(join(dir, name), join(dir, `${name}.unreadable`));
    }
  }

  const put = (record: T): T => {
    const file = fileOf(record.id);
    writeFileSync(`${file}.tmp`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
    records.set(record.id, record);
    return record;
  };

  return {
    get: (id) => records.get(id),
    all: () => [...records.values()],
    put,
    update(id, change) {
      const record = records.get(id);
      return record && put(change(record));
    },
    remove(id) {
      if (!records.delete(id)) return false;
      rmSync(fileOf(id), { force: true });
      return true;
    },
  };
};

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};
