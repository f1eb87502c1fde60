import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { Agent, get, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { budgetOf, measure, ROOMS, type Measured as Weighed } from '../../functions/sizes.ts';
import { startPart, type Part } from '../../infra/checks/lib/part.ts';
import { percentile, round, type Benchmark } from './benchmark.ts';
import { canPin, pin } from './machine.ts';

const KINDS = ['ours', 'bare', 'withTable'] as const;
type Kind = (typeof KINDS)[number];

const Started = z.object({
  origin: z.string(),
  streamId: z.string(),
  ports: z.object({ ours: z.number(), bare: z.number(), withTable: z.number() }),
  routes: z.array(
    z.object({ name: z.string(), path: z.string(), headers: z.record(z.string(), z.string()), calls: z.number() }),
  ),
});
type Started = z.infer<typeof Started>;

/** Of one route, as one of the three answers it. */
type Answered = { cpuMs: number; aSecond: number; p50: number; p99: number };
type Routed = { name: string; calls: number } & Record<Kind, Answered>;

const AT_ONCE = 8;
const TURNS = 3;
/** By then the rooms' code is compiled. */
const WARM_MS = { whole: 1_500, quick: 200 };
const JOINED_MS = 10_000;
const PUSHED_MS = 5_000;

/** What the hot routes of the control plane cost, how much its Lambdas weigh, and how soon viewers hear of a webhook. */
export const control: Benchmark = {
  name: 'control',
  measures: 'hot routes beside Hono alone, bundles, and from a webhook to the viewers',
  minutes: { whole: 1.5, quick: 0.4 },
  run: async ({ quick, tell }) => {
    const lengths = quick
      ? { lastsMs: 300, warmMs: WARM_MS.quick, viewers: 20, events: 4, routes: 2 }
      : { lastsMs: 2_500, warmMs: WARM_MS.whole, viewers: 200, events: 30, routes: undefined };
    const parts = ['../../infra/checks/shows/load-table.ts', 'control-rooms.ts'].map((file) =>
      startPart(new URL(file, import.meta.url)),
    );
    const [table, rooms] = parts;
    if (!table || !rooms) throw new Error('a part is missing');
    try {
      if (await canPin()) await Promise.all([pin(rooms.pid, 'first'), pin(table.pid, 'others')]);
      const { url: tableUrl } = z.object({ url: z.string() }).parse(await table.ask('start'));
      const started = Started.parse(await rooms.ask('start', { tableUrl }));
      const routed: Routed[] = [];
      for (const route of started.routes.slice(0, lengths.routes)) {
        const { ours, bare, withTable } = await loadAll(rooms, started, route, lengths);
        const { name, calls } = route;
        routed.push({ name, calls, ours, bare, withTable });
        tell(
          `${name}: ${round(ours.cpuMs)} ms of a core, ${round(timesBare({ name, calls, ours, bare, withTable }))} × bare Hono`,
        );
      }
      const pushed = await measurePush(rooms, started, lengths);
      tell(`webhook to viewer: p95 ${round(percentile(pushed, 0.95))} ms`);
      const weighed = await weigh(quick);
      return toMeasured(routed, pushed, weighed, lengths);
    } finally {
      for (const part of parts.toReversed()) await part.close();
    }
  },
};

/** What is left of a request's time once the table's calls are taken off, against Hono alone. */
const timesBare = ({ ours, bare, withTable }: Routed): number =>
  (ours.cpuMs - (withTable.cpuMs - bare.cpuMs)) / bare.cpuMs;

type Loaded = { took: number[]; cpuMs: number; passedMs: number };

/**
 * All three in turn, and again: what is told is the small difference of two large figures, and what else the machine does must fall
 * on both.
 */
const loadAll = async (
  rooms: Part,
  { ports }: Started,
  { path, headers }: Started['routes'][number],
  { warmMs, lastsMs }: { warmMs: number; lastsMs: number },
): Promise<Record<Kind, Answered>> => {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const run = async (kind: Kind, ms: number): Promise<Loaded> => {
    const [beforeMs, beganMs] = [z.number().parse(await rooms.ask('cpu')), performance.now()];
    const took = await askFor(ms, { agent, host: '127.0.0.1', port: ports[kind], path, headers });
    const [afterMs, passedMs] = [z.number().parse(await rooms.ask('cpu')), performance.now() - beganMs];
    return { took, cpuMs: afterMs - beforeMs, passedMs };
  };
  const loaded: Record<Kind, Loaded[]> = { ours: [], bare: [], withTable: [] };
  for (const kind of KINDS) await run(kind, warmMs);
  for (let turn = 0; turn < TURNS; turn += 1)
    for (const kind of KINDS) loaded[kind].push(await run(kind, lastsMs / TURNS));
  agent.destroy();
  return { ours: toAnswered(loaded.ours), bare: toAnswered(loaded.bare), withTable: toAnswered(loaded.withTable) };
};

/** As many requests as are answered, a given number at a time, over connections that are kept: how long each took. */
const askFor = async (ms: number, request: RequestOptions): Promise<number[]> => {
  const took: number[] = [];
  const endMs = performance.now() + ms;
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      get(request, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200
            ? resolve()
            : reject(new Error(`${request.path} was answered ${response.statusCode}`)),
        );
      }).on('error', reject);
    });
  const one = async (): Promise<void> => {
    for (let beganMs = performance.now(); beganMs < endMs; beganMs = performance.now()) {
      await ask();
      took.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return took;
};

const toAnswered = (turns: readonly Loaded[]): Answered => {
  const sum = (of: (turn: Loaded) => number): number => turns.reduce((total, turn) => total + of(turn), 0);
  const took = turns.flatMap((turn) => turn.took);
  return {
    cpuMs: sum(({ cpuMs }) => cpuMs) / took.length,
    aSecond: took.length / (sum(({ passedMs }) => passedMs) / 1_000),
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
  };
};

/** From a webhook's arrival until each viewer has what it says, in ms. */
const measurePush = async (
  rooms: Part,
  { origin, streamId }: Started,
  { viewers, events }: { viewers: number; events: number },
): Promise<number[]> => {
  const heard = new Map<WebSocket, { state: string; atMs: number }[]>();
  const tickets = z.array(z.string()).parse(await rooms.ask('tickets', { many: viewers }));
  await Promise.all(tickets.map((ticket) => joinAudience(origin, streamId, ticket, heard)));
  const pushed: number[] = [];
  try {
    for (let n = 0; n < events; n += 1) {
      const event = n % 2 === 0 ? 'disconnected' : 'active';
      const state = event === 'active' ? 'live' : 'reconnecting';
      for (const list of heard.values()) list.splice(0);
      const atMs = z.number().parse(await rooms.ask('webhook', { event }));
      const deadline = performance.now() + PUSHED_MS;
      const found = (): number[] =>
        [...heard.values()].flatMap((list) => list.find((one) => one.state === state)?.atMs ?? []);
      while (found().length < viewers) {
        if (performance.now() > deadline)
          throw new Error(`of ${viewers} viewers ${found().length} heard that the show is ${state}`);
        await delay(20);
      }
      pushed.push(...found().map((ms) => ms - atMs));
    }
  } finally {
    for (const socket of heard.keys()) socket.terminate();
  }
  return pushed;
};

const joinAudience = (
  origin: string,
  streamId: string,
  ticket: string,
  heard: Map<WebSocket, { state: string; atMs: number }[]>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/realtime?ticket=${ticket}`, {
      perMessageDeflate: false,
    });
    const list: { state: string; atMs: number }[] = [];
    heard.set(socket, list);
    const timer = setTimeout(() => reject(new Error('a viewer was not let in')), JOINED_MS);
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ action: 'join', streamId })));
    socket.on('message', (bytes: Buffer) => {
      const atMs = performance.timeOrigin + performance.now();
      const text = bytes.toString();
      if (text.includes('"type":"joined"')) {
        clearTimeout(timer);
        resolve();
      } else if (text.includes('"type":"stream"')) list.push({ state: /"state":"(\w+)"/.exec(text)?.[1] ?? '', atMs });
    });
  });

const weigh = async (quick: boolean): Promise<Weighed[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'vybzz-weigh-'));
  try {
    await symlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(directory, 'node_modules'));
    const weighed: Weighed[] = [];
    for (const room of quick ? (['streams'] as const) : ROOMS) weighed.push(await measure(room, directory));
    return weighed;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const toMeasured = (
  routed: readonly Routed[],
  pushed: readonly number[],
  weighed: readonly Weighed[],
  { viewers, events }: { viewers: number; events: number },
) => ({
  tables: [
    {
      title: 'Hot routes',
      columns: [
        '',
        'calls of the table',
        'ms of a core',
        'of Hono alone',
        'of it with the same calls',
        'less the calls, × Hono',
        'requests a second',
        'of Hono alone',
        'p50, ms',
        'p99, ms',
        'p99 of Hono with the calls',
      ],
      rows: routed.map((one) => [
        one.name,
        String(one.calls),
        ...KINDS.map((kind) => String(round(one[kind].cpuMs))),
        `${round(timesBare(one))} ×`,
        String(Math.round(one.ours.aSecond)),
        String(Math.round(one.bare.aSecond)),
        ...[one.ours.p50, one.ours.p99, one.withTable.p99].map((ms) => String(round(ms))),
      ]),
    },
    {
      title: 'From a webhook to the viewers, in ms',
      columns: ['viewers', 'webhooks', 'p50', 'p95', 'p99'],
      rows: [
        [
          String(viewers),
          String(events),
          ...[0.5, 0.95, 0.99].map((share) => String(round(percentile(pushed, share)))),
        ],
      ],
    },
    {
      title: 'Lambdas',
      columns: ['room', 'KB, minified', 'cold import, ms', 'bar, ms'],
      rows: weighed.map(({ room, bytes, importMs }) => [
        room,
        String(Math.round(bytes / 1_024)),
        String(Math.round(importMs)),
        String(budgetOf(room).importMs),
      ]),
    },
  ],
  bars: [
    {
      what: 'the dearest hot route, less its calls of the table',
      measured: round(Math.max(...routed.map(timesBare))),
      unit: '× Hono alone',
      bar: { atMost: 2 },
    },
    {
      what: 'webhook to viewer, p95',
      measured: round(percentile(pushed, 0.95)),
      unit: 'ms',
      bar: { atMost: 300 },
    },
    {
      what: 'cold import of a Lambda but that of uploads, most',
      measured: Math.round(
        Math.max(...weighed.filter(({ room }) => room !== 'uploads').map(({ importMs }) => importMs)),
      ),
      unit: 'ms',
      bar: { atMost: 120 },
    },
  ],
  plots: [
    {
      kind: 'bars' as const,
      file: 'control.svg',
      title: 'A request’s processor time',
      unit: 'ms',
      bars: routed.flatMap((one) => [
        { name: one.name, value: one.ours.cpuMs, ours: true },
        { name: 'Hono alone, the same calls', value: one.withTable.cpuMs },
        { name: 'Hono alone', value: one.bare.cpuMs },
      ]),
    },
  ],
  notes: [
    `${AT_ONCE} requests at a time over kept connections, to rooms on the first core; the table and we that ask are on the others, so that requests a second are held back by those, too. Time of a core is the rooms’ process alone.`,
    'Hono alone answers the same body by `c.json`; with the same calls it first makes, one after the other, those that the route makes once it is warm, by the same SDK.',
    'A token is verified where one is signed in. What writes is bounded by a rate for each person and is no hot route.',
    'A webhook is signed and told to the room in its own process; from there to a viewer’s socket all is as in `npm start`.',
    'A Lambda’s cold import is the quickest of seven in fresh processes, as `npm run sizes` measures it.',
  ],
});
