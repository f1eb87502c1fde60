import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { openBed, type Bed } from './bed.ts';
import { round, type Benchmark } from './benchmark.ts';
import { readUsage } from './process-usage.ts';

const SHOWS = 24;
const QUICK_SHOWS = 4;
const FRAME_MS = 1_000 / 30;
/** The share of the pictures that has to come while it is looked: where shows stand still, nothing is measured. */
const LEAST_CAME = 0.9;
/** V8 has compiled by then what runs often. */
const COMPILED_MS = 60_000;
const READY_POLL_MS = 100;
const READY_MS = 10_000;

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.optional(z.array(z.number())),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.infer<typeof Profile>;

/** What a function is a part of: the nearest of its callers, itself first, that fits decides. */
const PARTS: readonly (readonly [part: string, fits: RegExp])[] = [
  ['garbage collection', /^\(garbage collector\)/],
  ['RTMP chunks and what has arrived', /publish\/(?!link)/],
  ['TLS and sockets, out', /publish\/link/],
  ['repackager: samples to tags', /media\/(repackager|matroska-samples|mp4-samples|flv-body|interleaver|picture)/],
  ['ring', /media\/ring/],
  ['container reader: boundaries, clock', /media\//],
  ['replay buffer', /session\/replay-buffer/],
  ['lease and table', /(aws-sdk|smithy|functions\/)/],
  ['session, receiver, health', /ingest-worker\//],
  ['WebSocket and sockets, in', /\/ws\//],
];
const OTHER = 'Node itself';
/** Nothing to do, and what the profiler itself does. */
const IDLE = /^\(idle\)$|^dispatch .*inspector/;
const TOP = 12;

/** Where the worker's own time goes while it carries rung-1 shows. */
export const profile: Benchmark = {
  name: 'profile',
  measures: 'where the time of a worker goes that carries rung-1 shows',
  minutes: { whole: 1.6, quick: 0.3 },
  run: async ({ quick, tell }) => {
    const directory = await mkdtemp(join(tmpdir(), 'vybzz-profile-'));
    const file = join(directory, 'worker.cpuprofile');
    const bed = await openBed();
    try {
      const server = await bed.startVybzz({ NODE_OPTIONS: `--import=${preload(file)}` });
      const shows = quick ? QUICK_SHOWS : SHOWS;
      await bed.startShows(server, 1, shows, 100);
      await delay(quick ? 500 : COMPILED_MS);
      const [pid = 0] = server.roots;
      const lastsMs = quick ? 3_000 : 15_000;
      const cameBefore = await picturesOf(bed);
      process.kill(pid, 'SIGUSR2');
      await delay(lastsMs);
      process.kill(pid, 'SIGUSR2');
      const share = ((await picturesOf(bed)) - cameBefore) / ((lastsMs / FRAME_MS) * shows);
      if (share < LEAST_CAME) throw new Error(`${Math.round(share * 100)} % of the pictures came`);
      const found = await readProfile(file);
      const { pssBytes } = await readUsage(server.roots);
      await bed.endShows();
      await server.close();
      const shares = toShares(found, await readSources(bed.bundle));
      tell(`${Math.round(shares.busyMs)} ms busy of ${Math.round(shares.allMs)}`);
      return toMeasured(shares, { pssBytes, shows });
    } finally {
      await bed.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

const picturesOf = async (bed: Bed): Promise<number> =>
  Object.values((await bed.look()).come.shows).reduce((sum, { video }) => sum + video, 0);

/** Starts a profile at the first signal, writes it at the second; no change to the worker's code. */
const preload = (file: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `import { Session } from 'node:inspector/promises';
    import { writeFileSync, renameSync } from 'node:fs';
    const session = new Session();
    session.connect();
    process.once('SIGUSR2', async () => {
      process.once('SIGUSR2', async () => {
        const { profile } = await session.post('Profiler.stop');
        writeFileSync(${JSON.stringify(`${file}.half`)}, JSON.stringify(profile));
        renameSync(${JSON.stringify(`${file}.half`)}, ${JSON.stringify(file)});
      });
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 500 });
      await session.post('Profiler.start');
    });`,
  )}`;

const readProfile = async (file: string): Promise<Profile> => {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return Profile.parse(JSON.parse(text));
    if (performance.now() > deadline) throw new Error('the worker wrote no profile');
    await delay(READY_POLL_MS);
  }
};

/** By line of the bundle: the source file that it was made from. */
type Sources = (line: number) => string;

/** Which source each line of a bundle is from, by the comment that the bundler puts before each. */
const readSources = async (bundle: string): Promise<Sources> => {
  const lines = (await readFile(bundle, 'utf8')).split('\n');
  let source = '';
  const of = lines.map((line) => {
    source = /^\/\/ (\S+\.(?:ts|js|mjs|cjs))$/.exec(line)?.[1] ?? source;
    return source;
  });
  return (line) => of[line] ?? '';
};

type Shares = { busyMs: number; allMs: number; parts: Map<string, number>; functions: Map<string, number> };

const toShares = ({ nodes, samples, timeDeltas }: Profile, sourceOf: Sources): Shares => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const nameOf = (id: number): string => {
    const { functionName = '', url = '', lineNumber = 0 } = byId.get(id)?.callFrame ?? {};
    if (functionName.startsWith('(')) return functionName;
    const file = url.endsWith('worker.mjs') ? sourceOf(lineNumber) : url;
    return `${functionName || 'anonymous'} ${file}`;
  };
  const partOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const name = nameOf(at);
      const part = PARTS.find(([, fits]) => fits.test(name));
      if (part !== undefined) return part[0];
    }
    return OTHER;
  };
  const shares: Shares = { busyMs: 0, allMs: 0, parts: new Map(), functions: new Map() };
  for (const [index, id] of samples.entries()) {
    const ms = (timeDeltas[index] ?? 0) / 1_000;
    shares.allMs += ms;
    const name = nameOf(id);
    if (IDLE.test(name)) continue;
    shares.busyMs += ms;
    const part = partOf(id);
    shares.parts.set(part, (shares.parts.get(part) ?? 0) + ms);
    shares.functions.set(name, (shares.functions.get(name) ?? 0) + ms);
  }
  if (shares.busyMs === 0) throw new Error('the profile is empty');
  return shares;
};

const toMeasured = (
  { busyMs, allMs, parts, functions }: Shares,
  { pssBytes, shows }: { pssBytes: number; shows: number },
) => {
  const share = (ms: number): string => `${((ms / busyMs) * 100).toFixed(1)} %`;
  const sorted = (of: Map<string, number>) => [...of].sort(([, one], [, other]) => other - one);
  /** Of a second of one show. */
  const each = (ms: number): number => round((ms / allMs / shows) * 1_000, 2);
  return {
    tables: [
      {
        title: `By part: ${each(busyMs)} ms a second of a show`,
        columns: ['', 'of its time', 'ms a second of a show'],
        rows: sorted(parts).map(([part, ms]) => [part, share(ms), String(each(ms))]),
      },
      {
        title: 'By function, itself alone',
        columns: ['', 'of its time'],
        rows: sorted(functions)
          .slice(0, TOP)
          .map(([name, ms]) => [name, share(ms)]),
      },
    ],
    bars: [],
    plots: [
      {
        kind: 'bars' as const,
        file: 'profile.svg',
        title: 'Where the time of rung 1 goes',
        unit: 'ms a second of a show',
        bars: sorted(parts).map(([name, ms]) => ({ name, value: each(ms), ours: true })),
      },
    ],
    notes: [
      `${shows} shows, sampled every 0.5 ms on the main thread. A function counts for the nearest part among its callers. The worker held ${round(pssBytes / 1024 / 1024)} MB with them.`,
    ],
  };
};
