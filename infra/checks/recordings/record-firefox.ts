/**
 * Records what Firefox sends, as `record.ts` does with Chromium: real Firefox, its fake camera and microphone, driven by
 * WebDriver BiDi.
 *
 *   node --import tsx infra/checks/recordings/record-firefox.ts --seconds 22 --out ingest-worker/fixtures/firefox-vp8-opus.webm
 *
 * Debian: `apt-get install firefox-esr`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { pageScript } from '../lib/page-script.ts';

const CHUNK_MS = 250;
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    width: { type: 'string', default: '320' },
    height: { type: 'string', default: '180' },
    kbps: { type: 'string', default: '250' },
    out: { type: 'string' },
    firefox: { type: 'string', default: 'firefox-esr' },
  },
});
const { out } = values;
if (!out) {
  console.error('usage: record-firefox.ts --out FILE [--seconds N] [--width N] [--height N] [--kbps N]');
  process.exit(1);
}
const settings = {
  mimeType: 'video/webm;codecs=vp8,opus',
  seconds: Number(values.seconds),
  width: Number(values.width),
  height: Number(values.height),
  kbps: Number(values.kbps),
  chunkMs: CHUNK_MS,
};

/** `localhost` is a secure context by its name. */
const script = await pageScript(fileURLToPath(new URL('../pages/record.ts', import.meta.url)));
const server = createServer((request, response) => {
  const isScript = request.url === '/record.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : '<!doctype html><title>recording</title>');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

const profile = await mkdtemp(join(tmpdir(), 'vybzz-firefox-'));
const preferences = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${value});`);
await writeFile(join(profile, 'user.js'), preferences.join('\n'));
const browser = spawn(values.firefox, ['--headless', '--remote-debugging-port', '0', '--profile', profile], {
  stdio: ['ignore', 'ignore', 'pipe'],
});

const endpoint = new Promise<string>((resolve, reject) => {
  browser.once('error', reject);
  browser.once('exit', () => reject(new Error('Firefox ended')));
  createInterface(browser.stderr).on('line', (line) => {
    const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (url !== undefined) resolve(url);
  });
});

const Answer = z.looseObject({
  id: z.optional(z.number()),
  result: z.optional(z.unknown()),
  error: z.optional(z.string()),
});
const Evaluated = z.object({ type: z.literal('success'), result: z.object({ value: z.string() }) });
const Recorded = z.object({
  mimeType: z.string(),
  chunks: z.array(z.object({ atMs: z.number(), base64: z.string() })),
});

try {
  const socket = new WebSocket(`${await endpoint}/session`);
  await once(socket, 'open');
  let asked = 0;
  const ask = (method: string, params: object): Promise<unknown> => {
    const id = ++asked;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      const hear = (data: Buffer): void => {
        const answer = Answer.parse(JSON.parse(data.toString()));
        if (answer.id !== id) return;
        socket.off('message', hear);
        if (answer.error === undefined) resolve(answer.result);
        else reject(new Error(`${method}: ${data.toString()}`));
      };
      socket.on('message', hear);
    });
  };
  await ask('session.new', { capabilities: {} });
  const Context = z.object({ context: z.string() });
  const { context } = Context.parse(await ask('browsingContext.create', { type: 'tab' }));
  await ask('browsingContext.navigate', { context, url: `http://localhost:${port}/`, wait: 'complete' });
  const expression = `(async () => {
    const chunks = [];
    window.chunk = async (atMs, base64) => { chunks.push({ atMs, base64 }); };
    const page = await import('/record.js');
    const mimeType = await page.fromRecorder(${JSON.stringify(settings)});
    return JSON.stringify({ mimeType, chunks });
  })()`;
  const answer = await ask('script.evaluate', { expression, awaitPromise: true, target: { context } });
  const { mimeType, chunks } = Recorded.parse(JSON.parse(Evaluated.parse(answer).result.value));
  const pieces = chunks.map(({ base64 }) => Buffer.from(base64, 'base64'));
  const rhythm = chunks.map(({ atMs }, index) => ({ atMs: Math.round(atMs), bytes: pieces[index]?.length ?? 0 }));
  await writeFile(out, Buffer.concat(pieces));
  await writeFile(`${out}.chunks.json`, `${JSON.stringify({ mimeType, chunks: rhythm })}\n`);
  console.log(`${out}: ${mimeType}, ${chunks.length} chunks, ${Buffer.concat(pieces).length} bytes`);
} finally {
  const gone = once(browser, 'exit');
  browser.kill('SIGKILL');
  await gone;
  server.close();
  server.closeAllConnections();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(0);
