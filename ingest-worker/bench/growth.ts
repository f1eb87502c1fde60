import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { until } from '#stand-ins/until';
import { startPart, type Part } from '../../infra/checks/lib/part.ts';
import { readUsage } from './process-usage.ts';
import { openBed } from './bed.ts';
import { mean, round, type Bar, type Benchmark, type Settings, type Table } from './benchmark.ts';
import { heldUp, measureStep } from './density.ts';

/** A cost over a number of something; both as they were measured. */
type Point = readonly [count: number, cost: number];
type Lengths = {
  streams: readonly number[];
  items: readonly number[];
  sockets: readonly number[];
  stepMs: number;
  /** Rounds of three calls of the table. */
  asked: number;
  /** How long a worker with the same shows is looked at. */
  flatMs: number;
  flatShows: number;
};

const MB = 1024 * 1024;
const MOST_OF_LINE = 1.15;
const BETWEEN_MS = 60;
const FLAT_EVERY_MS = 5_000;
const AT_ONCE = 50;
const SETTLE_MS = 1_500;
const SAY_EVERY_MS = 500;

const LENGTHS: Record<'whole' | 'quick', Lengths> = {
  whole: {
    streams: [1, 2, 4, 8, 16, 32, 64, 96, 128],
    items: [1_000, 10_000, 100_000],
    sockets: [10, 100, 500, 1_000, 2_000],
    stepMs: 6_000,
    asked: 1_000,
    flatMs: 120_000,
    flatShows: 16,
  },
  quick: {
    streams: [2, 4],
    items: [500, 1_000],
    sockets: [5, 20],
    stepMs: 1_000,
    asked: 50,
    flatMs: 2_000,
    flatShows: 4,
  },
};

/** What grows with streams, items, sockets and time, beside a straight line. */
export const growth: Benchmark = {
  name: 'growth',
  measures: 'worker, table and room as there is more and more, beside a straight line',
  minutes: { whole: 7, quick: 0.6 },
  run: async ({ quick, busy, tell }) => {
    const lengths = LENGTHS[quick ? 'quick' : 'whole'];
    const worker = await growStreams(lengths, { busy, tell });
    const table = await growTable(lengths, tell);
    const room = await growRoom(lengths, tell);
    return toMeasured({ worker, table, room, lengths });
  },
};

type Streamed = { cores: Point[]; mb: Point[]; flat: { atS: number; cores: number; mb: number }[] };

const growStreams = async (
  { streams, stepMs, flatMs, flatShows }: Lengths,
  { busy, tell }: Pick<Settings, 'busy' | 'tell'>,
): Promise<Streamed> => {
  const grown: Streamed = { cores: [], mb: [], flat: [] };
  const bed = await openBed();
  try {
    const server = await bed.startVybzz();
    const idleBytes = (await readUsage(server.roots)).pssBytes;
    let shows = 0;
    const more = async (wanted: number): Promise<void> => {
      await bed.startShows(server, 1, wanted - shows, BETWEEN_MS);
      shows = wanted;
      await delay(SETTLE_MS);
    };
    const flat = async (): Promise<void> => {
      const everyMs = Math.min(FLAT_EVERY_MS, flatMs / 3);
      for (let passedMs = 0; passedMs < flatMs; passedMs += everyMs) {
        const before = await readUsage(server.roots);
        const beganMs = performance.now();
        await delay(everyMs);
        const [after, tookMs] = [await readUsage(server.roots), performance.now() - beganMs];
        const cores = (after.cpuMs - before.cpuMs) / tookMs;
        grown.flat.push({ atS: Math.round((passedMs + everyMs) / 1_000), cores, mb: after.pssBytes / MB });
      }
      tell(`${flatShows} shows for ${flatMs / 1_000} s: ${grown.flat.map(({ mb }) => Math.round(mb)).join(', ')} MB`);
    };
    for (const wanted of streams) {
      await more(wanted);
      const step = await measureStep(bed, server, { shows, lastsMs: stepMs, idleBytes });
      tell(`${shows} shows: ${round(step.cores)} cores, ${round(step.mbAStream * shows)} MB`);
      if (!heldUp(step) && !busy) break;
      grown.cores.push([shows, step.cores]);
      grown.mb.push([shows, step.mbAStream * shows]);
      if (wanted === flatShows) await flat();
    }
    await bed.endShows();
    await server.close();
  } finally {
    await bed.close();
  }
  return grown;
};

type Tabled = { msACall: Point[]; mb: Point[] };

const growTable = async ({ items, asked }: Lengths, tell: (what: string) => void): Promise<Tabled> => {
  const grown: Tabled = { msACall: [], mb: [] };
  const [table, user] = ['../../infra/checks/shows/load-table.ts', 'growth-table.ts'].map((file) =>
    startPart(new URL(file, import.meta.url)),
  );
  if (!table || !user) throw new Error('a part is missing');
  try {
    await user.ask('place', z.object({ tableUrl: z.string() }).parse(await placeOf(table)));
    // The engine's own code is compiled by then.
    await user.ask('fill', { from: 0, to: A_START });
    await user.ask('ask', { items: A_START, count: asked });
    const idleBytes = (await readUsage([table.pid])).pssBytes;
    let there = A_START;
    for (const wanted of items) {
      await user.ask('fill', { from: there, to: wanted });
      there = wanted;
      const before = await readUsage([table.pid]);
      await user.ask('ask', { items: wanted, count: asked });
      const after = await readUsage([table.pid]);
      grown.msACall.push([wanted, (after.cpuMs - before.cpuMs) / (3 * asked)]);
      grown.mb.push([wanted, Math.max(0, after.pssBytes - idleBytes) / MB]);
      tell(
        `${wanted} items: ${round(grown.msACall.at(-1)?.[1] ?? 0)} ms a call, ${Math.round(after.pssBytes / MB)} MB`,
      );
    }
  } finally {
    for (const part of [user, table]) await part.close();
  }
  return grown;
};
const A_START = 500;

const placeOf = async (table: Part): Promise<{ tableUrl: string }> => ({
  tableUrl: z.object({ url: z.string() }).parse(await table.ask('start')).url,
});

type Roomed = { msAMessage: Point[]; mb: Point[] };

const Place = z.object({ origin: z.string(), streamIds: z.tuple([z.string()]), writers: z.array(z.string()) });
const Looked = z.object({
  push: z.number(),
  delays: z.object({ count: z.number() }),
});

const growRoom = async ({ sockets, stepMs }: Lengths, tell: (what: string) => void): Promise<Roomed> => {
  const grown: Roomed = { msAMessage: [], mb: [] };
  const audience = '../../infra/checks/audience';
  const [table, rooms, viewers] = [
    '../../infra/checks/shows/load-table.ts',
    `${audience}/load-rooms.ts`,
    `${audience}/load-viewers.ts`,
  ].map((file) => startPart(new URL(file, import.meta.url)));
  if (!table || !rooms || !viewers) throw new Error('a part is missing');
  try {
    const {
      origin,
      streamIds: [streamId],
      writers,
    } = Place.parse(await rooms.ask('start', await placeOf(table)));
    await viewers.ask('place', { origin, streamId });
    const tickets = (users: readonly (string | null)[]) => rooms.ask('tickets', { users });
    await viewers.ask('writers', { tickets: await tickets(writers) });
    let [there, said] = [0, 0];
    const talk = async (): Promise<void> => {
      for (let passedMs = 0; passedMs < stepMs; passedMs += SAY_EVERY_MS) {
        await viewers.ask('say', { from: said, many: 1 });
        said += 1;
        await delay(SAY_EVERY_MS);
      }
    };
    const idleBytes = (await readUsage([rooms.pid])).pssBytes;
    for (const wanted of sockets) {
      for (; there < wanted; there += Math.min(AT_ONCE, wanted - there))
        await viewers.ask('join', {
          tickets: await tickets(Array.from({ length: Math.min(AT_ONCE, wanted - there) }, () => null)),
        });
      await delay(SETTLE_MS);
      await viewers.ask('look');
      const [before, saidBefore] = [await readUsage([rooms.pid]), said];
      await talk();
      const messages = said - saidBefore;
      let [told, heard] = [0, 0];
      const hear = async (): Promise<boolean> => {
        const { push, delays } = Looked.parse(await viewers.ask('look'));
        told = push;
        heard += delays.count;
        return told === wanted && heard >= wanted * messages * LEAST_HEARD;
      };
      await until('all have heard', hear, { everyMs: HEARD_EVERY_MS }).catch(() => {
        throw new Error(`of ${wanted} viewers ${told} are told, who heard ${heard} of ${wanted * messages}`);
      });
      const after = await readUsage([rooms.pid]);
      grown.msAMessage.push([wanted, (after.cpuMs - before.cpuMs) / messages]);
      grown.mb.push([wanted, (after.pssBytes - idleBytes) / MB]);
      tell(`${wanted} sockets: ${round(grown.msAMessage.at(-1)?.[1] ?? 0)} ms a message to all of them`);
    }
  } finally {
    for (const part of [viewers, rooms, table]) await part.close();
  }
  return grown;
};
const LEAST_HEARD = 0.9;
const HEARD_EVERY_MS = 250;

/** How much more the last costs than a straight line through those before it would have it; 1 is on the line. */
const beyondLine = (points: readonly Point[]): number => {
  const [before, last] = [points.slice(0, -1), points.at(-1)];
  if (last === undefined || before.length < 2) throw new Error('a line needs two points, and one to hold against it');
  const [x, y] = [mean(before.map(([count]) => count)), mean(before.map(([, cost]) => cost))];
  const slope =
    before.reduce((sum, [count, cost]) => sum + (count - x) * (cost - y), 0) /
    before.reduce((sum, [count]) => sum + (count - x) ** 2, 0);
  return last[1] / (y + slope * (last[0] - x));
};

/** The last third of what was seen against the first, which is after the start. */
const overTime = (values: readonly number[]): number => {
  const third = Math.max(1, Math.floor(values.length / 3));
  return mean(values.slice(-third)) / mean(values.slice(0, third));
};

/** Per item, the most against the least: what should be the same. */
const overSize = (points: readonly Point[]): number =>
  (points.at(-1)?.[1] ?? Number.NaN) / (points[0]?.[1] ?? Number.NaN);

type Grown = { worker: Streamed; table: Tabled; room: Roomed; lengths: Lengths };

const toMeasured = ({ worker, table, room, lengths }: Grown) => {
  const bar = (what: string, measured: number): Bar => ({
    what,
    measured: round(measured),
    unit: '×',
    bar: { atMost: MOST_OF_LINE },
  });
  const bars = [
    ...(worker.cores.length > 2
      ? [
          bar(`worker's time, ${worker.cores.at(-1)?.[0]} streams against the line of fewer`, beyondLine(worker.cores)),
          bar('worker’s memory, the same', beyondLine(worker.mb)),
        ]
      : []),
    bar(`worker’s time over ${lengths.flatMs / 1_000} s`, overTime(worker.flat.map(({ cores }) => cores))),
    bar(`worker’s memory over ${lengths.flatMs / 1_000} s`, overTime(worker.flat.map(({ mb }) => mb))),
    bar(
      `table’s time a call, ${table.msACall.at(-1)?.[0]} items against ${table.msACall[0]?.[0]}`,
      overSize(table.msACall),
    ),
    ...(table.mb.length > 2 ? [bar('table’s memory against the line of fewer items', beyondLine(table.mb))] : []),
    ...(room.msAMessage.length > 2
      ? [
          bar(
            `room’s time a message, ${room.msAMessage.at(-1)?.[0]} sockets against the line`,
            beyondLine(room.msAMessage),
          ),
          bar('room’s memory, the same', beyondLine(room.mb)),
        ]
      : []),
  ];
  const tableOf = (title: string, columns: string[], ...series: readonly (readonly Point[])[]): Table => ({
    title,
    columns,
    rows: (series[0] ?? []).map(([count], nth) => [
      String(count),
      ...series.map((points) => String(round(Math.max(0, points[nth]?.[1] ?? Number.NaN)))),
    ]),
  });
  return {
    tables: [
      tableOf('Worker, rung 1', ['streams', 'cores', 'MB beyond an idle one'], worker.cores, worker.mb),
      {
        title: `Worker with ${lengths.flatShows} shows`,
        columns: ['after, s', 'cores', 'MB'],
        rows: worker.flat.map(({ atS, cores, mb }) => [String(atS), String(round(cores)), String(round(mb))]),
      },
      tableOf('Table', ['items', 'ms of a core a call', 'MB beyond an empty one'], table.msACall, table.mb),
      tableOf('Room', ['sockets', 'ms of a core a message to all', 'MB beyond none'], room.msAMessage, room.mb),
    ],
    bars,
    plots: [
      {
        kind: 'lines' as const,
        file: 'growth-worker.svg',
        title: 'A worker with more and more streams',
        unit: 'cores',
        over: 'streams',
        lines: [{ name: 'measured', points: worker.cores }],
      },
      {
        kind: 'lines' as const,
        file: 'growth-room.svg',
        title: 'A message to more and more sockets',
        unit: 'ms of a core',
        over: 'sockets',
        lines: [{ name: 'measured', points: room.msAMessage }],
      },
    ],
    notes: [
      'The line is the least squares’ through all points but the last, which is held against it. Over time: the last third against the first.',
      'Items of 300 bytes in partitions of 100; a call is a GetItem, a Query of 20 and an UpdateItem in turn, and its time that of the embedded table’s process. DynamoDB itself says of its own that it does not depend on size.',
      'A room is the whole control plane with its gateway in one process; each message is said by somebody and told to all.',
    ],
  };
};
