/**
 * Records what real browsers send, for fixtures and fault runs: real Chromium, its fake camera and microphone.
 *
 *   node --import tsx infra/checks/recordings/record.ts vp8-opus --seconds 6 --out capture.webm [--width 320 --height 180 --kbps 250]
 *
 * Beside the capture a `.chunks.json` says when each chunk came and how long it was, so that it can be sent again in
 * exactly the browser's rhythm.
 */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Route } from '@playwright/test';
import { CHROMIUM_PATH, chromiumArguments } from '../lib/chromium.ts';
import { pageScript } from '../lib/page-script.ts';

export type Chunk = { atMs: number; bytes: number };

const CHUNK_MS = 250;
/** A touch under the two seconds that are wanted: Chromium makes the first frame after the time a key frame. */
const KEY_FRAME_MS = 1_950;
const RECORDER_TYPES: Record<string, string> = {
  'vp8-opus': 'video/webm;codecs=vp8,opus',
  'vp9-opus': 'video/webm;codecs=vp9,opus',
  'h264-opus': 'video/webm;codecs=h264,opus',
  'h264-opus-mp4': 'video/mp4;codecs=avc1.42e01e,opus',
};
const WEBCODECS = 'h264-aac';
const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGES = join(HERE, '../../../node_modules');
const RECORD_PAGE = join(HERE, '../pages/record.ts');
const FILES: Record<string, string> = {
  '/mediabunny.js': join(PACKAGES, 'mediabunny/dist/bundles/mediabunny.min.mjs'),
  '/aac-encoder.js': join(PACKAGES, '@mediabunny/aac-encoder/dist/bundles/mediabunny-aac-encoder.min.mjs'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '6' },
    width: { type: 'string', default: '320' },
    height: { type: 'string', default: '180' },
    kbps: { type: 'string', default: '250' },
    out: { type: 'string' },
    chromium: { type: 'string', default: CHROMIUM_PATH },
  },
});
const kind = positionals[0] ?? '';
if (!values.out || !(kind in RECORDER_TYPES || kind === WEBCODECS)) {
  console.error(`usage: record.ts ${[...Object.keys(RECORDER_TYPES), WEBCODECS].join('|')} --out FILE [--seconds N]`);
  process.exit(1);
}

const how = kind === WEBCODECS ? 'fromWebCodecs' : 'fromRecorder';
const settings = {
  mimeType: RECORDER_TYPES[kind] ?? '',
  seconds: Number(values.seconds),
  width: Number(values.width),
  height: Number(values.height),
  kbps: Number(values.kbps),
  chunkMs: CHUNK_MS,
  keyFrameMs: KEY_FRAME_MS,
};

const browser = await chromium.launch({
  executablePath: values.chromium,
  args: chromiumArguments(),
});
const page = await browser.newPage();
await page.route('http://localhost/**', serve);
await page.goto('http://localhost/');

const pieces: Buffer[] = [];
const chunks: Chunk[] = [];
await page.exposeFunction('chunk', (atMs: number, base64: string) => {
  const piece = Buffer.from(base64, 'base64');
  pieces.push(piece);
  chunks.push({ atMs: Math.round(atMs), bytes: piece.byteLength });
});
const recorded: string = await page.evaluate(
  `import('/record.js').then((page) => page.${how}(${JSON.stringify(settings)}))`,
);
await browser.close();

await writeFile(values.out, Buffer.concat(pieces));
await writeFile(`${values.out}.chunks.json`, `${JSON.stringify({ mimeType: recorded, chunks })}\n`);
console.log(`${values.out}: ${recorded}, ${chunks.length} chunks, ${Buffer.concat(pieces).byteLength} bytes`);

/** One page, a secure context by its name, and the two packages that it may import. */
async function serve(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/record.js')
    return route.fulfill({ body: await pageScript(RECORD_PAGE), contentType: 'text/javascript' });
  const file = FILES[pathname];
  if (file) return route.fulfill({ path: file, contentType: 'text/javascript' });
  const imports = { mediabunny: '/mediabunny.js', '@mediabunny/aac-encoder': '/aac-encoder.js' };
  const body = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`;
  return route.fulfill({ contentType: 'text/html', body });
}
