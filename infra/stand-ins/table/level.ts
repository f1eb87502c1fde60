import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import engine, { type Level, type Options } from 'dynalite/db/index.js';

/** Opens the store in this folder, or one in memory. */
export async function openLevel(dataDir: string | undefined): Promise<{ level: Level; options: Options }> {
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { db: level, options } = engine.create(dataDir === undefined ? {} : { path: path.join(dataDir, 'leveldb') });
  try {
    await level.open();
  } catch (error) {
    throw new Error(`The table's data in ${dataDir} cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
  return { level, options };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return String(error);
  return 'code' in cause && cause.code === 'LEVEL_LOCKED' ? 'it is in use by another process' : cause.message;
}
