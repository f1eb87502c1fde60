import { fileURLToPath } from 'node:url';
import type { Plugin, Rolldown } from 'vite';

type Modules = ReadonlySet<string>;
type Imports = (module: Rolldown.ModuleInfo) => readonly string[];

/** What a page loads before it can do anything: its own module, and what that imports, and so on. */
const FIRST: Imports = ({ importedIds }) => importedIds;
/** And all that it may load later. */
const EVER: Imports = ({ importedIds, dynamicallyImportedIds }) => [...importedIds, ...dynamicallyImportedIds];

const loaded = (page: string, imports: Imports, context: Rolldown.ChunkingContext): Modules => {
  const found = new Set<string>();
  const add = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    const module = context.getModuleInfo(id);
    if (module) for (const imported of imports(module)) add(imported);
  };
  add(fileURLToPath(new URL(page, import.meta.url)));
  return found;
};

type When = 'first' | 'later' | 'never';

/**
 * Gathers what a page loads first into a few files, by when the app loads it and when the player for other pages does. By itself the
 * bundler makes one of each set of modules that are loaded together anywhere: Home loaded seventy-one, most of a kilobyte, each a
 * request of its own and compressed by itself (`infra/decisions/first-files.md`). What neither loads first is left to the bundler.
 */
export const gatherFirstFiles = (): Rolldown.CodeSplittingGroup[] => {
  let pages: Record<'app' | 'embed', { first: Modules; ever: Modules }> | undefined;
  const whenOf = (page: 'app' | 'embed', id: string, context: Rolldown.ChunkingContext): When => {
    const read = (name: string) => ({ first: loaded(name, FIRST, context), ever: loaded(name, EVER, context) });
    pages ??= { app: read('index.html'), embed: read('embed.html') };
    const { first, ever } = pages[page];
    return first.has(id) ? 'first' : ever.has(id) ? 'later' : 'never';
  };
  const file = (name: string, app: When, embed: When, priority: number): Rolldown.CodeSplittingGroup => ({
    name: (id, context) => (whenOf('app', id, context) === app && whenOf('embed', id, context) === embed ? name : null),
    priority,
  });
  // A file takes all that its modules import and that none of a higher priority has; and loading it runs it. So what begins a page
  // stands in a file that the other page never loads.
  return [
    file('shared', 'first', 'first', 2),
    file('app-shared', 'first', 'later', 1),
    file('embed-shared', 'later', 'first', 1),
    file('app', 'first', 'never', 0),
    file('embed', 'never', 'first', 0),
  ];
};

/** Holds the build to it that what begins one page is not run by the other, whatever that loads and when. */
export const pagesApart = (): Plugin => ({
  name: 'vybzz:pages-apart',
  apply: 'build',
  generateBundle(_, files) {
    const chunks = Object.values(files).filter((file) => file.type === 'chunk');
    const reach = (name: string, found: Set<string>): Set<string> => {
      const chunk = files[name];
      if (found.has(name) || chunk?.type !== 'chunk') return found;
      found.add(name);
      for (const imported of [...chunk.imports, ...chunk.dynamicImports]) reach(imported, found);
      return found;
    };
    const pages = chunks.flatMap(({ isEntry, facadeModuleId, fileName }) => {
      if (!isEntry || facadeModuleId === null) return [];
      const begins = this.getModuleInfo(facadeModuleId)?.importedIds ?? [];
      const begun = chunks.filter(({ moduleIds }) => moduleIds.some((id) => begins.includes(id)));
      return { files: reach(fileName, new Set()), begun: begun.map((chunk) => chunk.fileName) };
    });
    if (pages.length < 2 || pages.some(({ begun }) => begun.length === 0))
      this.error('it cannot be told what begins a page');
    for (const page of pages)
      for (const other of pages)
        for (const file of other.begun)
          if (page !== other && page.files.has(file))
            this.error(`${file}, which begins a page, would be run by another`);
  },
});
