import { setTimeout as delay } from 'node:timers/promises';
import { readUsage } from './process-usage.ts';
import { openBed, type Bed, type Server, type ServerName } from './bed.ts';
import { percentile, round, type Benchmark, type Settings } from './benchmark.ts';
import { Lateness } from '../../infra/checks/lib/part.ts';
import type { Rung } from './recordings.ts';

/** What was seen while so many shows were on. */
type Step = {
  shows: number;
  cores: number;
  mbAStream: number;
  /** Of the pictures that came: how much later than the promptest, at the 99th percentile. */
  lateMs: number;
  /** Of its event loop in the slowest turn, for what only serves the measurement. */
  ownLateMs: number;
  pace: number;
};

type Climb = {
  server: ServerName;
  rung: Rung;
  steps: readonly number[];
  /** How long the shows of the first step run before any is measured. */
  warmMs: number;
  lastsMs: number;
};

const MB = 1024 * 1024;
/** Where it is our JavaScript that is measured, V8 has to have compiled it, as in hours of a worker's life. */
const COMPILED_MS = 60_000;
const FRAMES_A_SECOND = 30;
/** A show has fallen behind where its pictures come so much later, or fewer come than are recorded. */
const LATE_MS = 1_000;
const LEAST_PACE = 0.95;
const BETWEEN_MS = 60;
const SETTLE_MS = 2_000;

export const heldUp = ({ lateMs, pace }: Step): boolean => lateMs <= LATE_MS && pace >= LEAST_PACE;

const CLIMBS = {
  whole: [
    {
      server: 'vybzz',
      rung: 1,
      steps: [25, 50, 75, 100, 125, 150, 175, 200, 250],
      warmMs: COMPILED_MS,
      lastsMs: 8_000,
    },
    { server: 'vybzz', rung: 4, steps: [1, 2, 3, 4], warmMs: 0, lastsMs: 8_000 },
    { server: 'original', rung: 4, steps: [1, 2, 3, 4], warmMs: 0, lastsMs: 8_000 },
  ],
  quick: [{ server: 'vybzz', rung: 1, steps: [5, 10], warmMs: 0, lastsMs: 1_500 }],
} as const satisfies Record<string, readonly Climb[]>;

/** The most streams on one core before one falls behind, and the memory of each. */
export const density: Benchmark = {
  name: 'density',
  measures: 'the most streams on one core before one falls behind; memory a stream',
  minutes: { whole: 5, quick: 0.5 },
  run: async ({ quick, busy, tell }) => {
    const climbed: { climb: Climb; steps: Step[] }[] = [];
    for (const climb of quick ? CLIMBS.quick : CLIMBS.whole) {
      const bed = await openBed();
      try {
        climbed.push({ climb, steps: await climbUp(bed, climb, { busy, tell }) });
      } finally {
        await bed.close();
      }
    }
    return toMeasured(climbed, busy);
  },
};

/** More and more shows, until one falls behind. */
const climbUp = async (bed: Bed, climb: Climb, { busy, tell }: Pick<Settings, 'busy' | 'tell'>): Promise<Step[]> => {
  const server = await bed.startServer(climb.server, climb.rung);
  const steps: Step[] = [];
  try {
    const idleBytes = (await readUsage(server.roots)).pssBytes;
    let shows = 0;
    for (const wanted of climb.steps) {
      await bed.startShows(server, climb.rung, wanted - shows, BETWEEN_MS);
      await delay(SETTLE_MS + (shows === 0 ? climb.warmMs : 0));
      shows = wanted;
      const step = await measureStep(bed, server, { shows, lastsMs: climb.lastsMs, idleBytes });
      steps.push(step);
      tell(
        `${climb.server} rung ${climb.rung}, ${shows} shows: ${round(step.cores)} cores, latest ${step.lateMs} ms${heldUp(step) ? '' : ': fell behind'}`,
      );
      if (!heldUp(step) && !busy) break;
    }
  } finally {
    await bed.endShows();
    await server.close();
  }
  return steps;
};

export const measureStep = async (
  bed: Bed,
  server: Server,
  { shows, lastsMs, idleBytes }: { shows: number; lastsMs: number; idleBytes: number },
): Promise<Step> => {
  const own = [bed.parts.sink, bed.parts.publishers];
  for (const part of own) await part.lateness();
  const before = await readUsage(server.roots);
  const beganMs = performance.now();
  await bed.mark(true);
  await delay(lastsMs);
  await bed.mark(false);
  const [after, passedMs] = [await readUsage(server.roots), performance.now() - beganMs];
  const lateness = await Promise.all(own.map((part) => part.lateness()));
  const marked = Object.values(await bed.marked());
  const pictures = marked.flat();
  return {
    shows,
    cores: (after.cpuMs - before.cpuMs) / passedMs,
    mbAStream: (after.pssBytes - idleBytes) / shows / MB,
    // Each show's own promptest: only how it becomes later says that it falls behind.
    lateMs: Math.round(
      Math.max(
        ...marked.map((of) => {
          const delays = of.map(({ ptsMs, atMs }) => atMs - ptsMs);
          return delays.length === 0 ? Number.POSITIVE_INFINITY : percentile(delays, 0.99) - Math.min(...delays);
        }),
      ),
    ),
    ownLateMs: Math.max(...lateness.map((one: Lateness) => one.maxMs)),
    pace: pictures.length / FRAMES_A_SECOND / ((passedMs / 1_000) * shows),
  };
};

const toMeasured = (climbed: readonly { climb: Climb; steps: readonly Step[] }[], busy: boolean) => {
  const find = (server: ServerName, rung: Rung): readonly Step[] =>
    climbed.find(({ climb }) => climb.server === server && climb.rung === rung)?.steps ?? [];
  const mostOf = (steps: readonly Step[]): number => Math.max(0, ...steps.filter(heldUp).map(({ shows }) => shows));
  const rung1 = find('vybzz', 1);
  const last = rung1.filter((step) => heldUp(step) || busy).at(-1);
  if (last === undefined) throw new Error('not even the fewest shows were held up');
  return {
    tables: climbed.map(({ climb, steps }) => ({
      title: `${climb.server}, rung ${climb.rung}: at most ${mostOf(steps)} on one core`,
      columns: [
        'shows',
        'cores',
        'MB a stream',
        'latest picture (p99), ms',
        'of real time',
        'our own loops late, ms',
        '',
      ],
      rows: steps.map((step) => [
        String(step.shows),
        String(round(step.cores)),
        String(round(step.mbAStream)),
        String(step.lateMs),
        `${Math.round(step.pace * 100)} %`,
        String(step.ownLateMs),
        heldUp(step) ? 'held up' : step.ownLateMs > LATE_MS ? 'not held up, nor were we' : 'fell behind',
      ]),
    })),
    bars: [
      { what: 'rung-1 streams on one core', measured: mostOf(rung1), unit: 'streams', bar: { atLeast: 200 } },
      { what: 'memory of a rung-1 stream', measured: round(last.mbAStream), unit: 'MB', bar: { atMost: 8 } },
    ],
    plots: [
      {
        kind: 'lines' as const,
        file: 'density.svg',
        title: 'Rung-1 shows on one core',
        unit: 'cores',
        over: 'shows',
        lines: [
          { name: 'cores that the worker takes', points: rung1.map(({ shows, cores }) => [shows, cores] as const) },
        ],
      },
    ],
    notes: [
      `A show falls behind where its 99th picture of a hundred comes ${LATE_MS} ms later than its promptest, or less than ${LEAST_PACE * 100} % of real time arrives.`,
      'Publishers and RTMPS server have the other cores; where their own event loops were late, what is measured there is them.',
    ],
  };
};
