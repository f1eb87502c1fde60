import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { WEB_SOURCES } from './web-sources.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** All files of ours that these are made of. */
const madeOf = async (entryPoints: string[]): Promise<string[]> => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'nowhere',
    format: 'esm',
    platform: 'neutral',
    plugins: [
      {
        name: 'not ours',
        setup: (on) => {
          on.onResolve({ filter: /^[^.#]/ }, ({ kind, path }) =>
            kind === 'entry-point' ? undefined : { path, external: true },
          );
          // to Vite the query says that it is a bundle of its own: of the same room
          on.onResolve({ filter: /\?/ }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
};

it('knows everything that the web app is built from: a change of any of it is built, and deployed', async () => {
  const files = await madeOf(['web/src/main.tsx', 'web/src/embed.tsx', 'web/vite.config.ts']);
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !WEB_SOURCES.some((source) => `${file}/`.startsWith(`${source}/`)))).toEqual([]);
});
