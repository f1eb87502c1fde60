import { setTimeout as delay } from 'node:timers/promises';
import { OUTPUT_OFFSET_MS } from '../media/ffmpeg-args.ts';
import { openBed, type Bed, type ServerName } from './bed.ts';
import { percentile, round, type Bar, type Benchmark } from './benchmark.ts';
import type { Rung } from './recordings.ts';

type Contestant = { id: string; name: string; server: ServerName; rung: Rung; ours?: boolean };

const CONTESTANTS = [
  { id: 'rung1', name: 'Vybzz rung 1', server: 'vybzz', rung: 1, ours: true },
  { id: 'rung2', name: 'Vybzz rung 2', server: 'vybzz', rung: 2, ours: true },
  { id: 'rung3', name: 'Vybzz rung 3', server: 'vybzz', rung: 3, ours: true },
  { id: 'rung4', name: 'Vybzz rung 4', server: 'vybzz', rung: 4, ours: true },
  { id: 'original', name: 'original', server: 'original', rung: 4 },
  { id: 'api.video', name: 'api.video 0.2.4', server: 'api.video', rung: 4 },
] as const satisfies readonly Contestant[];

type Id = (typeof CONTESTANTS)[number]['id'];
type Late = { frames: readonly number[]; firstMs: readonly number[] };

/** From a picture's capture to its arrival at the RTMPS server, and from Start to the first one. */
export const latency: Benchmark = {
  name: 'latency',
  measures: 'from a picture’s capture to its arrival at the RTMPS server, and from Start to the first',
  minutes: { whole: 3, quick: 0.7 },
  run: async ({ quick, tell }) => {
    const [starts, lastsMs] = quick ? [1, 1_000] : [3, 8_000];
    const contestants = quick ? CONTESTANTS.slice(0, 2) : CONTESTANTS;
    const late = new Map<string, Late>();
    const bed = await openBed();
    try {
      for (const { id, name, server, rung } of contestants) {
        const frames: number[] = [];
        const firstMs: number[] = [];
        for (let nth = 0; nth < starts; nth += 1) {
          const one = await measureShow(bed, { server, rung, lastsMs });
          frames.push(...one.frames);
          firstMs.push(...one.firstMs);
        }
        late.set(id, { frames, firstMs });
        tell(
          `${name}: p50 ${Math.round(percentile(frames, 0.5))} ms, first ${Math.round(percentile(firstMs, 0.5))} ms`,
        );
      }
    } finally {
      await bed.close();
    }
    return toMeasured(late, contestants, starts);
  },
};

const measureShow = async (
  bed: Bed,
  { server: name, rung, lastsMs }: { server: ServerName; rung: Rung; lastsMs: number },
): Promise<Late> => {
  const server = await bed.startServer(name, rung);
  try {
    await bed.startShows(server, rung, 1, 0);
    // What waited for the start is not the rule; it has been sent by then.
    await delay(1_000);
    await bed.mark(true);
    await delay(lastsMs);
    await bed.mark(false);
    const [{ shows, come }, marked] = [await bed.look(), await bed.marked()];
    const aheadMs = name === 'vybzz' ? OUTPUT_OFFSET_MS : 0;
    return {
      frames: shows.flatMap(({ key, startsMs: [startedAtMs = 0] }) =>
        (marked[key] ?? []).map(({ ptsMs, atMs }) => atMs - (startedAtMs + ptsMs - aheadMs)),
      ),
      firstMs: shows.map(({ key, openedAtMs }) => (come.shows[key]?.firstAtMs ?? Number.NaN) - openedAtMs),
    };
  } finally {
    await bed.endShows();
    await server.close();
  }
};

const toMeasured = (
  late: ReadonlyMap<string, Late>,
  contestants: readonly (typeof CONTESTANTS)[number][],
  starts: number,
) => {
  const of = (id: Id): Late => late.get(id) ?? { frames: [], firstMs: [] };
  const ms = (values: readonly number[], share: number): number => Math.round(percentile(values, share));
  const bars: Bar[] = [
    { what: 'rung 1, p50', measured: ms(of('rung1').frames, 0.5), unit: 'ms', bar: { atMost: 250 } },
    { what: 'rung 1, p95', measured: ms(of('rung1').frames, 0.95), unit: 'ms', bar: { atMost: 500 } },
    { what: 'rung 1, first picture', measured: ms(of('rung1').firstMs, 0.5), unit: 'ms', bar: { atMost: 1_000 } },
  ];
  return {
    tables: [
      {
        title: 'Capture to arrival, in ms',
        columns: ['', 'p50', 'p95', 'p99', 'Start to the first picture', 'pictures'],
        rows: contestants.map(({ id, name }) => [
          name,
          ...[0.5, 0.95, 0.99].map((share) => String(ms(of(id).frames, share))),
          String(ms(of(id).firstMs, 0.5)),
          String(of(id).frames.length),
        ]),
      },
    ],
    bars,
    plots: [
      {
        kind: 'bars' as const,
        file: 'latency.svg',
        title: 'A picture’s capture to its arrival, median',
        unit: 'ms',
        bars: contestants.map(({ id, name, ...rest }) => ({
          name,
          value: round(percentile(of(id).frames, 0.5), 2),
          ours: 'ours' in rest,
        })),
      },
    ],
    notes: [
      `One show at a time, ${starts === 1 ? 'begun once' : `begun ${starts} times`}; from Start means from the wish for a stream, its key and its lease in the table included, to the first picture.`,
      'A picture is captured at its time in the recording. A browser’s encoder and the way through the internet come on top; a recorder’s slices of 250 ms are in it, and that we send what is due every 5 ms.',
      'What peers publish begins at 0, and is taken to be as old as the recording; their shift by the sound’s first frame, 20 to 45 ms, is not taken off.',
    ],
  };
};
