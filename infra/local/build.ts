import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, context, type BuildOptions, type Plugin } from 'esbuild';
import { build as buildVite } from 'vite';
import { hashWebSources } from '../web-sources.ts';
import { ROOT } from './machine.mjs';

const WEB = join(ROOT, 'web');
/** Where Vite leaves the web app. */
export const WEB_DIST = join(WEB, 'dist');
const WEB_STAMP = join(WEB_DIST, '.built-from');
/** Builds the web app unless it is built from these very sources already; `begins` is told before the seconds that it takes. */
export const buildWeb = async (begins: () => void): Promise<boolean> => {
  const wanted = hashWebSources();
  if ((await readFile(WEB_STAMP, 'utf8').catch(() => '')) === wanted) return false;
  begins();
  await buildVite({ root: WEB, configFile: join(WEB, 'vite.config.ts'), logLevel: 'warn' });
  await writeFile(WEB_STAMP, wanted);
  return true;
};

/** What has machine code in it stays where it is installed, wherever the bundle is. */
const machineCode: Plugin = {
  name: 'machine code',
  setup: (on) => on.onResolve({ filter: /^sharp$/ }, () => ({ path: import.meta.resolve('sharp'), external: true })),
};

/** One file for Node out of an entry: what the container and the Lambdas ship, and what runs here. */
const nodeBundle = (entry: string, outfile: string): BuildOptions => ({
  entryPoints: [join(ROOT, entry)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  mainFields: ['module', 'main'],
  plugins: [machineCode],
  // CommonJS dependencies call require(); an ES module has none of its own.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

export const bundleWorker = async (outfile: string): Promise<void> => {
  await build(nodeBundle('ingest-worker/main.ts', outfile));
};

/**
 * Bundles an entry now and at every change of what it is made of.
 *
 * @param built called after each bundle that compiled; one that does not is on the console, and the last good one stays
 */
export const watchBundle = async (entry: string, outfile: string, built: () => void): Promise<() => Promise<void>> => {
  const options = nodeBundle(entry, outfile);
  const watching = await context({
    ...options,
    plugins: [
      machineCode,
      { name: 'tell', setup: (on) => on.onEnd(({ errors }) => void (errors.length === 0 && built())) },
    ],
  });
  await watching.watch();
  return () => watching.dispose();
};
