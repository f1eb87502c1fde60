import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { defineConfig, type Plugin } from 'vite';
import { compileWords } from './compile-words.ts';
import { gatherFirstFiles, pagesApart } from './first-files.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const OPENAPI = here('../functions/contract/openapi.json');

/** `/openapi.json` is the very document that the contract makes. */
const apiDescription: Plugin = {
  name: 'openapi',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'openapi.json', source: await readFile(OPENAPI) });
  },
  configureServer: ({ middlewares }) => {
    middlewares.use('/openapi.json', (_, response, next) => {
      readFile(OPENAPI).then((text) => response.setHeader('content-type', 'application/json').end(text), next);
    });
  },
};

const SONNER = /\/sonner\/dist\/index\.mjs$/;
/** What puts a library's sheet into the page as a `<style>`, which the policy of the built app takes from nobody. */
const INSERTED = /^__insertCSS\(".*"\);?$/m;

/** Toasts take their sheet from the file that the library has beside it (`ui/toaster.tsx`). */
const sheetsAreFiles: Plugin = {
  name: 'sheets are files',
  apply: 'build',
  transform: {
    filter: { id: SONNER },
    handler(code) {
      const without = code.replace(INSERTED, '');
      if (without === code) this.error('Sonner no longer inserts its sheet here: look where it does now');
      return { code: without, map: null };
    },
  },
};

/**
 * The web app: `vite build web` writes `web/dist`, the app and the player for other pages; in development the gateway runs this in middleware mode, so that the
 * app has one origin there too and knows no host by name.
 */
export default defineConfig({
  root: here('.'),
  cacheDir: here('../node_modules/.vite/web'),
  plugins: [compileWords(), apiDescription, sheetsAreFiles, pagesApart()],
  // Messages come parsed: what would parse them in the browser is left out.
  resolve: {
    alias: {
      'use-intl/format-message': 'use-intl/format-message/format-only',
      'react-style-singleton': here('src/ui/style-singleton.ts'),
    },
  },
  // The contracts that `package.json` opens as #contract/* and #wire lie beside this folder.
  server: { fs: { allow: [here('..')] } },
  // Found here rather than while serving: a find while serving reloads the page, which would end a broadcast.
  optimizeDeps: {
    entries: ['index.html', 'embed.html', 'src/**/*.{ts,tsx}', '!src/**/*.test.ts'],
  },
  // As modules, workers may be split: the AAC encoder is a megabyte that most browsers never need.
  worker: { format: 'es' },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inlined into the page, so that it holds under a policy without 'unsafe-inline' scripts or data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Named in no file, as where it is deployed.
    sourcemap: 'hidden',
    rolldownOptions: {
      input: [here('index.html'), here('embed.html')],
      // "use client" in libraries is for pages that a server renders, which ours are not; how long plugins take is asked by nobody.
      output: { codeSplitting: { groups: gatherFirstFiles() } },
      checks: { moduleLevelDirective: false, bundlerTimings: false },
    },
    // hls.js alone, which only the player loads, is 590 kB.
    chunkSizeWarningLimit: 650,
  },
});
