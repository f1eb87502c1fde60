import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

/** What is loaded before anybody presses anything, gzipped; and what a page of the app may have of it. */
const KIB = 1024;

type Page = {
  page: string;
  budgetBytes: number;
  /** What the router, and the page itself, load at once beside what every page has: by the ends of their files' names. */
  parts: readonly string[];
};

const SCRIPT = /(?:src|href)="\/(assets\/[^"]+\.js)"/g;

const WATCH = ['app/watch-page.tsx', 'words/en/rest.ts', 'realtime/live-updates.ts'];

/** The player's library comes with what it plays. */
const PAGES: readonly Page[] = [
  { page: 'home', budgetBytes: 120 * KIB, parts: [] },
  {
    page: 'home, signed in',
    budgetBytes: 160 * KIB,
    parts: ['feed/signed-in-feeds.tsx', 'realtime/followed-updates.ts'],
  },
  { page: 'watch, before play', budgetBytes: 200 * KIB, parts: WATCH },
];

type Chunks = ReadonlyMap<string, Rolldown.OutputChunk>;

/** @returns `first`: the scripts that the app's page names itself */
const buildApp = async (): Promise<{ chunks: Chunks; first: string[] }> => {
  const root = fileURLToPath(new URL('../../../web', import.meta.url));
  const built = await build({ root, logLevel: 'error', build: { write: false, sourcemap: false } });
  const outputs = 'output' in built ? built.output : Array.isArray(built) ? built.flatMap(({ output }) => output) : [];
  const page = outputs.find(({ fileName }) => fileName === 'index.html');
  if (page?.type !== 'asset') throw new Error('the app was built without its page');
  return {
    chunks: new Map(outputs.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part]] : []))),
    first: [...String(page.source).matchAll(SCRIPT)].flatMap(([, file]) => file ?? []),
  };
};

/** A chunk and all that it cannot do without. */
const closure = (chunks: Chunks, names: readonly string[], seen = new Set<string>()): Set<string> => {
  for (const name of names) {
    const chunk = chunks.get(name);
    if (!chunk || seen.has(name)) continue;
    seen.add(name);
    closure(chunks, chunk.imports, seen);
  }
  return seen;
};

const named = (chunks: Chunks, end: string): string => {
  const found = [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId?.endsWith(end));
  if (!found) throw new Error(`no part of the app begins with ${end}`);
  return found.fileName;
};

/** Weighs what each page loads and says so; false where one is over its budget. */
export const weighPages = async (): Promise<boolean> => {
  const { chunks, first } = await buildApp();
  let within = true;
  console.log(`\n${'page'.padEnd(20)}${'JavaScript, gzipped'.padStart(20)}${'budget'.padStart(10)}`);
  for (const { page, budgetBytes, parts } of PAGES) {
    const files = closure(chunks, [...first, ...parts.map((end) => named(chunks, end))]);
    const bytes = [...files].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0);
    const over = bytes > budgetBytes;
    within &&= !over;
    const [size, budget] = [bytes, budgetBytes].map((number) => `${(number / KIB).toFixed(1)} KB`);
    console.log(`${page.padEnd(20)}${size?.padStart(20)}${budget?.padStart(10)}${over ? '   over budget' : ''}`);
  }
  return within;
};
