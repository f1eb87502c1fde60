import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What the web app is built from, as paths below this clone: its own room, and what it reads of the others. */
export const WEB_SOURCES: readonly string[] = [
  'web/src',
  'web/public',
  'web/index.html',
  'web/embed.html',
  'web/vite.config.ts',
  'web/compile-words.ts',
  'web/first-files.ts',
  'functions/contract',
  'functions/domain',
  'ingest-worker/contract',
  'ingest-worker/client',
  'package-lock.json',
];

const filesOf = (source: string): string[] =>
  /\.\w+$/.test(source)
    ? [source]
    : readdirSync(join(ROOT, source), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
        .sort();

/** A hash of all that the web app is built from, which is the same on every machine. */
export const hashWebSources = (): string => {
  const hash = createHash('sha256');
  for (const file of WEB_SOURCES.flatMap(filesOf)) hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
};
