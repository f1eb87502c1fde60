import { CLIENT_LIMITS } from '#ingest-client/limits';
import { openBed, type ServerName } from './bed.ts';
import { mean, round, type Benchmark } from './benchmark.ts';
import { measureCost, type Cost } from './cost.ts';
import type { Rung } from './recordings.ts';

type Contestant = {
  id: string;
  name: string;
  server: ServerName;
  rung: Rung;
  /** As many shows as take a good part of the core and leave it room. */
  count: number;
  ours?: boolean;
  /** No bar is about it. */
  aside?: boolean;
  /** It is the server's own JavaScript that is measured, and not FFmpeg: V8 has to have compiled it, as in hours of a worker's life. */
  compiles?: boolean;
};

const COMPILED_MS = 60_000;
const WARM_MS = 3_000;
const QUICK_SHOWS = 4;

const CONTESTANTS = [
  { id: 'original', name: 'original: VP8, Opus', server: 'original', rung: 4, count: 1 },
  { id: 'rung1', name: 'Vybzz rung 1: H.264, AAC', server: 'vybzz', rung: 1, count: 24, ours: true, compiles: true },
  { id: 'floor', name: 'bare Node pipe, bytes of rung 1', server: 'pipe', rung: 1, count: 24, compiles: true },
  {
    id: 'rung2',
    name: 'Vybzz rung 2: the same in MP4',
    server: 'vybzz',
    rung: 2,
    count: 24,
    ours: true,
    aside: true,
    compiles: true,
  },
  { id: 'rung3', name: 'Vybzz rung 3: H.264, Opus', server: 'vybzz', rung: 3, count: 10, ours: true },
  { id: 'rung4', name: 'Vybzz rung 4: VP8, Opus', server: 'vybzz', rung: 4, count: 1, ours: true },
  { id: 'bare4', name: 'bare FFmpeg, arguments of rung 4', server: 'bare FFmpeg', rung: 4, count: 1 },
  { id: 'bare1', name: 'bare FFmpeg, arguments of rung 1', server: 'bare FFmpeg', rung: 1, count: 10, aside: true },
  { id: 'api.video', name: 'api.video 0.2.4: VP8, Opus', server: 'api.video', rung: 4, count: 1, aside: true },
] as const satisfies readonly Contestant[];

type Id = (typeof CONTESTANTS)[number]['id'];

/** Cores that a stream takes on each rung, from its socket to the RTMPS server, beside what else does the like. */
export const cpu: Benchmark = {
  name: 'cpu',
  measures: 'cores a stream on each rung, from socket to RTMPS',
  minutes: { whole: 11, quick: 1 },
  run: async ({ quick, busy, tell }) => {
    const rounds = quick ? 1 : 2;
    const lastsMs = quick ? 1_500 : 9_000;
    const mostShows = quick ? QUICK_SHOWS : Number.POSITIVE_INFINITY;
    const contestants = CONTESTANTS.filter((one) => !quick || !('aside' in one));
    const costs = new Map<string, Cost[]>(CONTESTANTS.map(({ id }) => [id, []]));
    const bed = await openBed();
    try {
      // One after the other and all of them again, so that what else the machine does is shared out among them.
      for (let nth = 1; nth <= rounds; nth += 1)
        for (const { id, name, server, rung, count, ...rest } of contestants) {
          const warmMs = quick ? 500 : 'compiles' in rest ? COMPILED_MS : WARM_MS;
          const cost = await measureCost(bed, {
            server,
            rung,
            count: Math.min(count, mostShows),
            warmMs,
            lastsMs,
            busy,
          });
          costs.get(id)?.push(cost);
          tell(`${name}: ${round(cost.cores, 3)} cores a stream (${nth} of ${rounds})`);
        }
    } finally {
      await bed.close();
    }
    return toMeasured(costs, { contestants, rounds, lastsMs, mostShows });
  },
};

const toMeasured = (
  costs: ReadonlyMap<string, readonly Cost[]>,
  {
    contestants,
    rounds,
    lastsMs,
    mostShows,
  }: { contestants: readonly (typeof CONTESTANTS)[number][]; rounds: number; lastsMs: number; mostShows: number },
) => {
  const coresOf = (id: Id): number => mean((costs.get(id) ?? []).map(({ cores }) => cores));
  const spreadOf = (id: Id): number => {
    const cores = (costs.get(id) ?? []).map((cost) => cost.cores);
    return ((Math.max(...cores) - Math.min(...cores)) / mean(cores) / 2) * 100;
  };
  const original = coresOf('original');
  const ratio = (of: Id, to: Id): number => round(coresOf(of) / coresOf(to), 2);
  return {
    tables: [
      {
        title: 'Cores a stream',
        columns: [
          '',
          'cores a stream',
          '± %',
          'streams a core',
          'cheaper than the original',
          'MB a stream',
          'shows',
          'of real time',
        ],
        rows: contestants.map(({ id, name, count }) => [
          name,
          String(round(coresOf(id), 2)),
          String(Math.round(spreadOf(id))),
          String(round(1 / coresOf(id), 2)),
          `${round(original / coresOf(id), 2)} ×`,
          String(round(mean((costs.get(id) ?? []).map(({ mbAStream }) => mbAStream)), 2)),
          String(Math.min(count, mostShows)),
          `${Math.round(mean((costs.get(id) ?? []).map(({ pace }) => pace)) * 100)} %`,
        ]),
      },
    ],
    bars: [
      {
        what: 'rung 1 is cheaper than the original',
        measured: ratio('original', 'rung1'),
        unit: '×',
        bar: { atLeast: 100 },
      },
      { what: 'rung 1 costs, of the bare pipe', measured: ratio('rung1', 'floor'), unit: '×', bar: { atMost: 1.5 } },
      {
        what: 'rung 3 is cheaper than the original',
        measured: ratio('original', 'rung3'),
        unit: '×',
        bar: { atLeast: 14 },
      },
      { what: 'rung 4 costs, of bare FFmpeg', measured: ratio('rung4', 'bare4'), unit: '×', bar: { atMost: 1.05 } },
    ],
    plots: [
      {
        kind: 'bars' as const,
        file: 'cpu.svg',
        title: 'Cores a stream, 720p30 at 2.3 Mb/s',
        unit: 'cores, logarithmic',
        logarithmic: true,
        bars: contestants.map(({ id, name, ...rest }) => ({ name, value: coresOf(id), ours: 'ours' in rest })),
      },
    ],
    notes: [
      `Processor time (user and system, of a server and all its children) for each second of media that arrived, over ${lastsMs / 1_000} s, ${rounds === 1 ? 'once' : `${rounds} times in turn`}; ± is half the range.`,
      `Where a server’s own JavaScript is measured, and not FFmpeg, all shows have run for ${COMPILED_MS / 1_000} s before, the bare pipe’s too: V8 compiles what runs often, and a worker lives for hours.`,
      'Servers run on the first core; table, RTMPS server (chunks of 4096 bytes, acknowledging as asked) and publishers on the others.',
      `Rung 1 is recorded frame by frame and sent, to the bare pipe too, as the web app’s client does: what comes within ${CLIENT_LIMITS.gatherMs} ms in a message. A recorder gives slices of 250 ms, and of MP4 fragments of 250 ms.`,
      'The original and api.video take VP8 and Opus only. MB a stream is the proportional set size beyond that of the server without shows.',
    ],
  };
};
