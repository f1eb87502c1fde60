import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
};
/** What the distribution compresses, of what it is made of files. */
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.wasm', '.txt']);

/**
 * Serves files of the built web app as the distribution does: compressed where that is worth it, and kept for ever where the name says
 * what is in them. The answer is false where there is no such file, and nothing has been sent then.
 */
export const createStaticFiles = ({ headers }: { headers: Record<string, string> }) => {
  /** Files of the build by name and time, compressed: each once. */
  const compressed = new Map<string, Promise<Buffer>>();
  const compress = (file: string, at: number): Promise<Buffer> => {
    const key = `${at} ${file}`;
    const known = compressed.get(key);
    if (known !== undefined) return known;
    const made = readFile(file).then((bytes) => promisify(gzip)(bytes));
    compressed.set(key, made);
    made.catch(() => compressed.delete(key));
    return made;
  };

  return async (request: IncomingMessage, response: ServerResponse, file: string): Promise<boolean> => {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return false;
    const head = request.method === 'HEAD';
    const hashed = file.includes(`${sep}assets${sep}`);
    const isCompressible = COMPRESSED.has(extname(file));
    const packed =
      isCompressible && /\bgzip\b/.test(String(request.headers['accept-encoding']))
        ? await compress(file, found.mtimeMs)
        : undefined;
    response.writeHead(200, {
      ...headers,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': packed?.length ?? found.size,
      ...(packed && { 'content-encoding': 'gzip' }),
      ...(isCompressible && { vary: 'accept-encoding' }),
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(head ? undefined : (packed ?? (await readFile(file))));
    return true;
  };
};
