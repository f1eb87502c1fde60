import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

/** A page's TypeScript as the JavaScript that its browser runs; what it imports stays as it is. */
export const pageScript = async (file: string): Promise<string> =>
  (await transform(await readFile(file, 'utf8'), { loader: 'ts', target: 'es2022' })).code;
