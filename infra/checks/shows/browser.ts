import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import * as z from 'zod/mini';
import { RUNGS } from '#wire';

import { createContainerReader } from '../../../ingest-worker/media/container-reader.ts';
import { CHROMIUM_PATH, chromiumArguments } from '../lib/chromium.ts';
import { pageScript } from '../lib/page-script.ts';
import type { Ending, Publisher } from './publisher.ts';
import type { Rung } from './rung-captures.ts';

/** A real browser that publishes by the web app's own broadcast: its capture, encoders, ring, socket and retries. */
export type Browser = {
  /** Of its page, as workers are told of it. */
  origin: string;
  goLive(show: { rung: Rung; getUrl: () => Promise<string> }): Promise<Publisher>;
  close(): Promise<void>;
};

/** The rungs that Chromium has; it has no AAC for rung 2. */
const NAMES: Partial<Record<Rung, string>> = { '1': RUNGS[1], '3': RUNGS[3], '4': RUNGS[4] };
export const LIVE_RUNGS: readonly Rung[] = ['1', '3', '4'];

const PAGE = fileURLToPath(new URL('../pages/live', import.meta.url));
const PROBE = join(PAGE, 'probe.ts');
const LOOK_MS = 100;
const TYPES: Record<string, string> = { '.js': 'text/javascript' };

const Report = z.object({
  state: z.string(),
  because: z.string(),
  whole: z.boolean(),
  rung: z.string(),
  droppedPictures: z.number(),
  attempts: z.array(z.number()),
  welcomes: z.array(z.object({ atMs: z.number(), recordedBytes: z.number() })),
  encodedPictures: z.number(),
});
type Report = z.infer<typeof Report>;

export const openBrowser = async (): Promise<Browser> => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-live-'));
  await build({
    root: PAGE,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: directory, emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  });

  let getUrl: () => Promise<string> = () => Promise.reject(new Error('nobody is live'));
  let handed: (recording: Buffer) => void = () => undefined;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?')[0] ?? '/';
    if (path === '/ingest-url') return void response.end(await getUrl());
    if (path === '/recording') {
      handed(Buffer.concat(await request.toArray()));
      return void response.end();
    }
    const file = join(directory, path === '/' ? 'index.html' : path);
    response.setHeader('content-type', TYPES[extname(path)] ?? 'text/html');
    return void response.end(path === '/probe.js' ? await pageScript(PROBE) : await readFile(file));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve);
  });
  const address = server.address();
  const origin = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: chromiumArguments() });

  return {
    origin,
    goLive: async (show) => {
      const name = NAMES[show.rung];
      if (name === undefined) throw new Error(`Chromium has no rung ${show.rung}`);
      ({ getUrl } = show);
      const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
      const page = await context.newPage();
      await page.goto(origin);
      await page.waitForFunction('window.live');
      await page.evaluate(`window.live.start(${JSON.stringify(name)})`);
      const take = async (): Promise<Buffer> => {
        const recording = new Promise<Buffer>((resolve) => {
          handed = resolve;
        });
        await page.evaluate('window.live.hand()');
        await context.close();
        return recording;
      };
      return watchPage(page, take);
    },
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** The page's show as a publisher: looked at again and again, and asked for its recording in the end. */
const watchPage = (page: Page, take: () => Promise<Buffer>): Publisher => {
  let report: Report | undefined;
  let recordedBytes: readonly number[] = [];
  let ending: Ending | undefined;
  let recording: Promise<Buffer> | undefined;
  const welcomes: { atMs: number; mediaMs: number }[] = [];

  const sinceStart = (): number => (welcomes[0] === undefined ? 0 : performance.now() - welcomes[0].atMs);

  const look = async (): Promise<void> => {
    const seen = Report.parse(await page.evaluate('window.live.report()'));
    report = seen;
    recordedBytes = seen.welcomes.map((welcome) => welcome.recordedBytes);
    for (const { atMs } of seen.welcomes.slice(welcomes.length))
      welcomes.push({ atMs: toOurs(atMs), mediaMs: sinceStart() });
    const { state, whole, because } = seen;
    if (state === 'ended' && whole) ending = 'finished';
    else if (state === 'ended' || state === 'failed') {
      console.error(`the page ended its show: ${state} ${because}`);
      ending = 'internal-error';
    }
    if (ending === undefined) setTimeout(lookAgain, LOOK_MS);
  };
  const lookAgain = (): void => {
    look().catch((error: unknown) => {
      console.error(error);
      ending ??= 'internal-error';
    });
  };
  lookAgain();

  return {
    stop: () => void page.evaluate('window.live.end()'),
    get ending() {
      return ending;
    },
    get mediaMs() {
      return sinceStart();
    },
    welcomes,
    get attempts() {
      return report?.attempts.map(toOurs) ?? [];
    },
    skipped: [],
    health: undefined,
    get encodedPictures() {
      // Of the other rungs' encoder, which is the browser's own recorder, nothing is heard.
      return report !== undefined && report.rung === NAMES['1'] ? report.encodedPictures : undefined;
    },
    containerStream: () =>
      (recording ??= take().then((bytes) => {
        // How far the recording was at each return: the page has said how many bytes of it there were.
        for (const [index, welcome] of welcomes.entries())
          welcome.mediaMs = newestPictureMs(bytes.subarray(0, recordedBytes[index]));
        return bytes;
      })),
  };
};

/** From the browser's wall clock to our monotonic one. */
const toOurs = (atMs: number): number => atMs - performance.timeOrigin;

const newestPictureMs = (bytes: Buffer): number =>
  Math.max(
    0,
    ...createContainerReader()
      .push(bytes)
      .map((event) => (event.type === 'samples' && event.kind === 'video' ? event.lastMs : 0)),
  );
