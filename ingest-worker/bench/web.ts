import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, expect, type Browser, type CDPSession, type Page, type Response } from '@playwright/test';
import * as z from 'zod/mini';
import { openPlatformBed, type PlatformBed } from '../../infra/checks/lib/platform-bed.ts';
import { CHROMIUM_PATH, chromiumArguments } from '../../infra/checks/lib/chromium.ts';
import { pageScript } from '../../infra/checks/lib/page-script.ts';
import { readUsage, treeOf } from './process-usage.ts';
import { round, type Benchmark } from './benchmark.ts';

/** One page that makes a show for so long. */
type Making = {
  name: string;
  ours: boolean;
  /** Of the time: how much the page's main thread, and its workers', were at work; and all of the browser. */
  main: number;
  workers: number;
  all: number;
  /** Longest that the main thread did one thing. */
  longestMs: number;
  dropped: number | undefined;
  fps: number | undefined;
  mb: readonly number[];
  heapMb: readonly number[];
};

/** A page that is opened for the first time. */
type Load = {
  name: string;
  /** But for the player and its worker, which come with what they play. */
  kb: number;
  playerKb: number;
  files: number;
  fcpMs: number;
  lcpMs: number;
  blockedMs: number;
};

const Seen = z.object({
  fcpMs: z.number(),
  lcpMs: z.number(),
  blockedMs: z.number(),
  droppedFrames: z.number(),
  fps: z.number(),
  heldUp: z.number(),
});

const SCRIPT = fileURLToPath(new URL('../../infra/checks/pages/load-probe.ts', import.meta.url));
const MB = 1024 * 1024;
const TICK_MS = 10;
const SAMPLES = 6;
const QUIET_MS = 1_500;
const WARM_MS = 3_000;
const LIVE_MS = 60_000;
/** As Lighthouse slows a telephone down: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
const SLOW = { slowdown: 4, latencyMs: 150, kbps: 1_638 };
const RECORDERS = [
  { name: 'a MediaRecorder alone, VP8', type: 'video/webm;codecs=vp8,opus' },
  { name: 'a MediaRecorder alone, H.264', type: 'video/x-matroska;codecs=avc1,opus' },
] as const;
const KBPS = 2_300;

/** What the studio takes of a computer while it is live, and how soon pages are there. */
export const web: Benchmark = {
  name: 'web',
  measures: 'the studio while it is live, beside a MediaRecorder; first loads',
  minutes: { whole: 5, quick: 1.3 },
  run: async ({ quick, tell }) => {
    const lastsMs = quick ? 2_500 : 60_000;
    const bed = await openPlatformBed();
    tell('the platform runs');
    const server = await chromium.launchServer({
      executablePath: CHROMIUM_PATH,
      args: chromiumArguments('device-count=1,fps=30'),
    });
    try {
      const { pid } = server.process();
      if (pid === undefined) throw new Error('Chromium has no pid');
      const browser = await chromium.connect(server.wsEndpoint());
      const makings: Making[] = [];
      const { making, loads } = await measureStudio({ browser, bed, pid, lastsMs, tell });
      makings.push(making);
      for (const recorder of quick ? [] : RECORDERS)
        makings.push(await measureRecorder({ browser, pid, lastsMs, tell }, recorder));
      return toMeasured(makings, loads, lastsMs);
    } finally {
      await server.close();
      await bed.close();
    }
  },
};

type Parts = { browser: Browser; pid: number; lastsMs: number; tell: (what: string) => void };

const open = async (browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.addInitScript({ content: await pageScript(SCRIPT).then((code) => code.replace(/^export .*$/m, '')) });
  return context.newPage();
};

const seenOf = async (page: Page): Promise<z.infer<typeof Seen>> => Seen.parse(await page.evaluate('window.seen'));

const measureStudio = async ({ browser, bed, pid, lastsMs, tell }: Parts & { bed: PlatformBed }) => {
  const page = await open(browser, { baseURL: bed.origin, permissions: ['camera', 'microphone'], locale: 'en-US' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: /asha/i }).click();
  await expect(page).toHaveURL(/^http:\/\/localhost:\d+\/(?!signed-in|sign-in)/);
  await page.goto('/studio?picture=landscape-720p30');
  tell('signed in');
  await page.getByRole('button', { name: 'Go Live' }).click();
  await page.getByLabel('Title').fill('A show of the benchmark');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Streaming…').waitFor({ timeout: LIVE_MS });
  tell('live');
  const making = await watchMaking({ page, pid, lastsMs, tell }, { name: 'the studio, live', ours: true });
  const { body } = await bed.call('GET', '/stream');
  const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(body);
  const [show] = items;
  if (show === undefined) throw new Error('no show is on the air');
  // What is loaded while the computer encodes would be told to be slow. The show stays on the air for minutes, without its creator.
  await page.context().close();
  const loads: Load[] = [];
  for (const [name, path] of [
    ['Home', '/'],
    ['Watch, before it plays', `/watch/${show.id}`],
  ] as const) {
    const load = await measureLoad(browser, bed.origin, name, path);
    loads.push(load);
    tell(
      `${name}: ${round(load.kb)} KB and ${round(load.playerKb)} of the player, shown after ${Math.round(load.lcpMs)} ms`,
    );
  }
  return { making, loads };
};

/** A page that shows the camera and records it, and throws away what comes. */
const recorderPage = (
  type: string,
): string => `<!doctype html><title>recorder</title><video id=v muted playsinline></video><script type=module>
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720, frameRate: 30 } });
  v.srcObject = stream; await v.play();
  const recorder = new MediaRecorder(stream, { mimeType: ${JSON.stringify(type)}, videoBitsPerSecond: ${KBPS}e3, audioBitsPerSecond: 128e3 });
  window.bytes = 0;
  recorder.ondataavailable = ({ data }) => { window.bytes += data.size; };
  recorder.start(250);
</script>`;

const measureRecorder = async (
  { browser, pid, lastsMs, tell }: Parts,
  { name, type }: (typeof RECORDERS)[number],
): Promise<Making> => {
  const server = createServer(
    (_, response) => void response.setHeader('content-type', 'text/html').end(recorderPage(type)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const page = await open(browser, { permissions: ['camera', 'microphone'] });
  try {
    await page.goto(`http://localhost:${port}/`);
    await page.waitForFunction('window.bytes > 0', undefined, { timeout: 20_000 });
    return await watchMaking({ page, pid, lastsMs, tell }, { name, ours: false });
  } finally {
    await page.context().close();
    server.close();
    server.closeAllConnections();
  }
};

type Threads = { mainMs: number; workersMs: number; allMs: number };

/** Processor time of the browser's threads: pages' main ones, their workers', and of all. */
const readThreads = async (pid: number): Promise<Threads> => {
  const sum: Threads = { mainMs: 0, workersMs: 0, allMs: (await readUsage([pid])).cpuMs };
  for (const process of await treeOf(pid)) {
    const folder = `/proc/${process}/task`;
    for (const thread of await readdir(folder).catch(() => [])) {
      const stat = await readFile(`${folder}/${thread}/stat`, 'latin1').catch(() => '');
      if (!/^\d+ \(DedicatedWorker/.test(stat)) continue;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      sum.workersMs += (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    }
  }
  return sum;
};

const metricsOf = async (session: CDPSession): Promise<{ taskS: number; heapBytes: number }> => {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  return { taskS: of('TaskDuration'), heapBytes: of('JSHeapUsedSize') };
};

const watchMaking = async (
  { page, pid, lastsMs, tell }: Omit<Parts, 'browser'> & { page: Page },
  { name, ours }: Pick<Making, 'name' | 'ours'>,
): Promise<Making> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await delay(WARM_MS);
  await page.evaluate('window.seen.heldUp = 0');
  const [seenBefore, before, threadsBefore] = [await seenOf(page), await metricsOf(session), await readThreads(pid)];
  const beganMs = performance.now();
  const [mb, heapMb]: [number[], number[]] = [[], []];
  const fps: number[] = [];
  for (let nth = 0; nth < SAMPLES; nth += 1) {
    await delay(lastsMs / SAMPLES);
    mb.push((await readUsage([pid])).pssBytes / MB);
    heapMb.push((await metricsOf(session)).heapBytes / MB);
    fps.push((await seenOf(page)).fps);
  }
  const [seen, after, threads] = [await seenOf(page), await metricsOf(session), await readThreads(pid)];
  const passedMs = performance.now() - beganMs;
  const making: Making = {
    name,
    ours,
    main: ((after.taskS - before.taskS) * 1_000) / passedMs,
    workers: (threads.workersMs - threadsBefore.workersMs) / passedMs,
    all: (threads.allMs - threadsBefore.allMs) / passedMs,
    longestMs: seen.heldUp,
    dropped: ours ? seen.droppedFrames - seenBefore.droppedFrames : undefined,
    fps: ours ? Math.min(...fps) : undefined,
    mb,
    heapMb,
  };
  if (making.all <= 0 || (ours && Math.max(...fps) === 0)) throw new Error(`${name} makes no show`);
  tell(
    `${name}: main thread ${Math.round(making.main * 100)} %, all ${round(making.all)} cores, ${making.dropped ?? '–'} dropped`,
  );
  return making;
};

/** A first visit, without a cache, on a slowed computer and network; sizes are those of the files gzipped. */
const measureLoad = async (browser: Browser, origin: string, name: string, path: string): Promise<Load> => {
  const page = await open(browser, { baseURL: origin, locale: 'en-US' });
  const bodies: Promise<{ isPlayer: boolean; bytes: number }>[] = [];
  const weigh = async (response: Response): Promise<{ isPlayer: boolean; bytes: number }> => {
    const body = await response.body().catch(() => Buffer.alloc(0));
    const isText = TEXT.test(response.headers()['content-type'] ?? '');
    return { isPlayer: PLAYER.test(response.url()), bytes: (isText ? gzipSync(body) : body).length };
  };
  page.on('response', (response) => {
    if (new URL(response.url()).origin === origin && response.status() === 200) bodies.push(weigh(response));
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW.slowdown });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: SLOW.latencyMs,
    downloadThroughput: (SLOW.kbps * 1_000) / 8,
    uploadThroughput: (SLOW.kbps * 1_000) / 8,
  });
  await page.goto(path, { waitUntil: 'load' });
  await page.locator('main').waitFor();
  await page.waitForLoadState('networkidle');
  await delay(QUIET_MS);
  const seen = await seenOf(page);
  const files = await Promise.all(bodies);
  await page.context().close();
  if (seen.fcpMs === 0 || files.length === 0) throw new Error(`${name} showed nothing`);
  const kbOf = (player: boolean): number =>
    files.reduce((sum, { isPlayer, bytes }) => sum + (isPlayer === player ? bytes : 0), 0) / 1_024;
  const { fcpMs, lcpMs, blockedMs } = seen;
  return { name, kb: kbOf(false), playerKb: kbOf(true), files: files.length, fcpMs, lcpMs, blockedMs };
};
/** The parts of the built app that the player is: the one with its library, and the library's worker. */
const PLAYER = /\/assets\/(?:player|hls\.worker)-[\w-]{8}\.js$/;
const TEXT = /html|javascript|css|json|svg|manifest|plain/;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const series = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(', ');

const toMeasured = (makings: readonly Making[], loads: readonly Load[], lastsMs: number) => {
  const ours = makings.find((one) => one.ours);
  const [home, watch] = loads;
  if (ours === undefined || home === undefined || watch === undefined) throw new Error('nothing was measured');
  // A show whose creator has gone is on the air for minutes, and is played.
  if (watch.playerKb === 0)
    throw new Error('no player is among what the page of a show loads: has its part another name?');
  return {
    tables: [
      {
        title: `720p30 for ${lastsMs / 1_000} s`,
        columns: [
          '',
          'main thread',
          'workers',
          'all of the browser, cores',
          'longest task, ms',
          'pictures dropped',
          'least fps',
          'MB over the time',
          'JS heap, MB',
        ],
        rows: makings.map((one) => [
          one.name,
          percent(one.main),
          percent(one.workers),
          String(round(one.all)),
          String(Math.round(one.longestMs)),
          String(one.dropped ?? '–'),
          String(one.fps ?? '–'),
          series(one.mb),
          series(one.heapMb),
        ]),
      },
      {
        title: 'First visits',
        columns: ['', 'KB gzipped', 'player, KB', 'files', 'first paint, ms', 'largest paint, ms', 'blocked, ms'],
        rows: loads.map(({ name, kb, playerKb, files, fcpMs, lcpMs, blockedMs }) => [
          name,
          String(round(kb)),
          String(round(playerKb)),
          String(files),
          ...[fcpMs, lcpMs, blockedMs].map((ms) => String(Math.round(ms))),
        ]),
      },
    ],
    bars: [
      {
        what: `pictures dropped in ${lastsMs / 1_000} s`,
        measured: ours.dropped ?? Number.NaN,
        unit: 'pictures',
        bar: { atMost: 0 },
      },
      { what: 'Home', measured: round(home.kb), unit: 'KB', bar: { atMost: 120 } },
      { what: 'Watch, before it plays', measured: round(watch.kb), unit: 'KB', bar: { atMost: 200 } },
    ],
    plots: [
      {
        kind: 'bars' as const,
        file: 'web.svg',
        title: 'A page that makes a show of 720p30',
        unit: 'cores, all of the browser',
        bars: makings.map(({ name, all, ours: isOurs }) => ({ name, value: all, ours: isOurs })),
      },
    ],
    notes: [
      'Debian’s Chromium without a graphics processor, so that encoders, scenes and pages are painted and encoded by the processor; its camera is Chromium’s own fake one at 30 pictures a second. The whole platform runs beside it on the same machine.',
      'KB gzipped is all of the site that a page loads, pictures and answers of the API too, but the player, its library and the library’s worker: the show is on the air, and what is played loads them. `npm run sizes` weighs JavaScript alone.',
      'Main thread: TaskDuration of the DevTools protocol. Workers: their threads’ time in /proc. MB is the proportional set size of the browser and all its children.',
      `First visits are of the built app, the processor slowed down by ${SLOW.slowdown} and the network to ${SLOW.kbps / 1_000} Mb/s and ${SLOW.latencyMs} ms, as Lighthouse slows them; it is not itself used, and times are the browser’s own paint entries. Blocked is what of tasks is beyond 50 ms.`,
    ],
  };
};
