import { fileURLToPath } from 'node:url';
import type { Rolldown } from 'vite';

/** All that a page loads before it can do anything: its own module, and what that imports, and so on. */
const loadedFirst = (page: string, context: Rolldown.ChunkingContext): ReadonlySet<string> => {
  const found = new Set<string>();
  const add = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) add(imported);
  };
  add(fileURLToPath(new URL(page, import.meta.url)));
  return found;
};

/**
 * Gathers what a page loads first into two files: what it alone loads, and what the app and the player for other pages both do. By
 * itself the bundler makes one of each set of modules that are loaded together anywhere: Home loaded seventy-one, most of a kilobyte,
 * each a request of its own and compressed by itself (`infra/decisions/first-files.md`). What is loaded later is left to the bundler.
 */
export const gatherFirstFiles = (): Rolldown.CodeSplittingGroup[] => {
  let pages: { app: ReadonlySet<string>; player: ReadonlySet<string> } | undefined;
  const file = (name: string, app: boolean, player: boolean, priority: number): Rolldown.CodeSplittingGroup => ({
    name: (id, context) => {
      pages ??= { app: loadedFirst('index.html', context), player: loadedFirst('embed.html', context) };
      return pages.app.has(id) === app && pages.player.has(id) === player ? name : null;
    },
    priority,
  });
  // A file takes all that its modules import and that none before it has: so what both load comes before.
  return [file('shared', true, true, 1), file('app', true, false, 0), file('embed', false, true, 0)];
};
