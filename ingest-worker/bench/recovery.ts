import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startFaultyNetwork, type FaultyNetwork } from '../../infra/checks/lib/faulty-network.ts';
import { LIMITS } from '../limits.ts';
import { OUTPUT_OFFSET_MS } from '../media/ffmpeg-args.ts';
import { treeOf } from './process-usage.ts';
import { openBed, type Bed, type Server, type ServerName } from './bed.ts';
import { percentile, round, type Bar, type Benchmark } from './benchmark.ts';
import { openRecording, type Rung } from './recordings.ts';

const HARM_NAMES = ['cut', 'reset', 'server', 'encoder', 'killed'] as const;
type HarmName = (typeof HARM_NAMES)[number];
const HARMS: Record<HarmName, string> = {
  cut: 'socket cut, no network',
  reset: 'socket reset',
  server: 'RTMPS server ends all connections',
  encoder: 'FFmpeg killed',
  killed: 'server killed, another there',
};

type Case = { harm: HarmName; server: ServerName; rung: Rung; shows: number };
/** `healthyMs`: an encoder is killed once it has lived so long. */
type Length = { cutMs: number; warmMs: number; healthyMs: number; afterMs: number };

/** Of one show. */
type Recovery = {
  /** The longest that no picture came, less the longest before the harm; Infinity where none came any more. */
  outageMs: number;
  /** From the end of the harm to the first picture after the outage. */
  backMs: number;
  /** From there until the show was no later than before. */
  drainMs: number;
  /** Pictures that the camera gave and the RTMPS server never got. */
  lost: number;
};
type Recovered = Case & { of: Recovery[] };

const FRAME_MS = 1_000 / 30;
const FRAMES_A_ROUND = 300;
/** Of containers' clocks, and of FFmpeg's. */
const ROUNDING_MS = 5;
/** Later than before the harm by more than this is not yet caught up. */
const CAUGHT_UP_MS = 150;
/** An encoder that has lived so long is begun again without a wait: `healthyMs` of the worker's limits, and a little more. */
const HEALTHY_MS = LIMITS.healthyMs + 1_000;
/** What comes before it waited for the start. */
const SETTLING_MS = 1_500;
const BACK_POLL_MS = 100;
const BACK_MS = 20_000;

const PEERS = [
  { server: 'original', rung: 4 },
  { server: 'api.video', rung: 4 },
] as const;

const casesOf = (quick: boolean): Case[] => {
  const one = (harm: HarmName, server: ServerName, rung: Rung): Case => ({ harm, server, rung, shows: 1 });
  if (quick)
    return [
      one('cut', 'vybzz', 1),
      one('encoder', 'vybzz', 4),
      one('server', 'vybzz', 1),
      { harm: 'killed', server: 'vybzz', rung: 1, shows: 4 },
    ];
  const everywhere = (harm: HarmName): Case[] => [
    one(harm, 'vybzz', 1),
    one(harm, 'vybzz', 4),
    ...PEERS.map(({ server, rung }) => one(harm, server, rung)),
  ];
  return [
    ...everywhere('cut'),
    ...everywhere('reset'),
    ...everywhere('server'),
    // On rung 1 there is no FFmpeg.
    one('encoder', 'vybzz', 3),
    ...everywhere('encoder').slice(1),
    ...everywhere('killed'),
    { harm: 'killed', server: 'vybzz', rung: 1, shows: 100 },
  ];
};

/** How long a show is away, what it loses and how soon it has caught up, for what can happen to it. */
export const recovery: Benchmark = {
  name: 'recovery',
  measures: 'outage, lost pictures and catching up, for what can happen to a show',
  minutes: { whole: 6, quick: 0.8 },
  run: async ({ quick, tell }) => {
    const length = quick
      ? { cutMs: 1_000, warmMs: 1_500, healthyMs: 2_000, afterMs: 2_000 }
      : { cutMs: 10_000, warmMs: 5_000, healthyMs: HEALTHY_MS, afterMs: 6_000 };
    const all: Recovered[] = [];
    const bed = await openBed();
    try {
      for (const one of casesOf(quick)) {
        const of = await play(bed, one, length);
        all.push({ ...one, of });
        if (one.server === 'vybzz' && !Number.isFinite(worst(of, 'outageMs')))
          throw new Error(`${nameOf(one)}, ${HARMS[one.harm]}: no picture came any more`);
        tell(`${nameOf(one)}, ${HARMS[one.harm]}: ${said(worst(of, 'outageMs'))} ms, ${worst(of, 'lost')} lost`);
      }
    } finally {
      await bed.close();
    }
    return toMeasured(all, length);
  },
};

const nameOf = ({ server, rung, shows }: Case): string =>
  `${server === 'vybzz' ? `Vybzz rung ${rung}` : server}${shows > 1 ? `, ${shows} shows` : ''}`;

const play = async (bed: Bed, one: Case, length: Length): Promise<Recovery[]> => {
  let server = await bed.startServer(one.server, one.rung);
  const another = one.harm === 'killed' ? await bed.startServer(one.server, one.rung) : undefined;
  const network = await startFaultyNetwork(() => server.to.port);
  try {
    await bed.mark(true);
    const near = { ...server, to: { ...server.to, port: network.port } };
    await bed.startShows(near, one.rung, one.shows, Math.min(200, 6_000 / one.shows), true);
    await delay(one.harm === 'encoder' ? length.healthyMs : SETTLING_MS + length.warmMs);
    const harmedMs = Date.now();
    if (another === undefined) await harm(bed, server, network, one.harm, length);
    else {
      // The next one is reached as soon as this one is gone, as behind a load balancer that has seen it go.
      const gone = server;
      server = another;
      for (const pid of gone.roots) process.kill(pid, 'SIGKILL');
      await gone.close();
    }
    const endedMs = Date.now();
    await untilBack(bed, endedMs);
    await delay(length.afterMs);
    const [{ shows }, marked] = [await bed.look(), await bed.marked()];
    return shows.map(({ key, startsMs }) =>
      judge({
        pictures: toPictures(marked[key] ?? [], startsMs, one.server === 'vybzz'),
        roundMs: openRecording(one.rung).roundMs,
        harmedMs,
        endedMs,
        untilMs: Date.now(),
      }),
    );
  } finally {
    await bed.mark(false);
    await bed.endShows();
    await server.close();
    await network.close();
  }
};

const harm = async (
  bed: Bed,
  server: Server,
  network: FaultyNetwork,
  name: HarmName,
  { cutMs }: Length,
): Promise<void> => {
  if (name === 'server') await bed.resetSink();
  else if (name === 'encoder') await killEncoders(server);
  else {
    if (name === 'cut') network.admits = 'none';
    network.cut();
    if (name === 'cut') await delay(cutMs);
    network.admits = 'all';
  }
};

const killEncoders = async ({ roots }: Server): Promise<void> => {
  const pids = (await Promise.all(roots.map(treeOf))).flat();
  const named = await Promise.all(
    pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')] as const),
  );
  const encoders = named.filter(([, name]) => name.startsWith('ffmpeg'));
  if (encoders.length === 0) throw new Error('there is no FFmpeg to kill');
  for (const [pid] of encoders) process.kill(pid, 'SIGKILL');
};

type Marked = Awaited<ReturnType<Bed['marked']>>;

/** Until of every show something has come after the harm; or as long as anybody would wait. */
const untilBack = async (bed: Bed, endedMs: number): Promise<void> => {
  const deadline = performance.now() + BACK_MS;
  while (performance.now() < deadline) {
    if (Object.values(await bed.newest()).every((atMs) => atMs > endedMs)) return;
    await delay(BACK_POLL_MS);
  }
};

/** When a picture was captured and came, by the wall's clock, and where in its recording it stands. */
type Picture = { capturedMs: number; atMs: number; mediaMs: number };

/** When each picture that came was captured. */
const toPictures = (marked: Marked[string], startsMs: readonly number[], goesOn: boolean): Picture[] => {
  const [first = 0] = startsMs;
  const picture = (startMs: number, mediaMs: number, atMs: number): Picture => ({
    capturedMs: startMs + mediaMs,
    atMs,
    mediaMs,
  });
  if (goesOn) return marked.map(({ ptsMs, atMs }) => picture(first, ptsMs - OUTPUT_OFFSET_MS, atMs));
  // What a peer publishes begins at 0, and again with each recording.
  let startMs = first;
  let latestMs = 0;
  return marked.map(({ ptsMs, atMs }) => {
    if (ptsMs < latestMs) startMs = startsMs.findLast((ms) => ms <= atMs) ?? first;
    latestMs = ptsMs;
    return picture(startMs, ptsMs, atMs);
  });
};

type Judged = { pictures: readonly Picture[]; roundMs: number; harmedMs: number; endedMs: number; untilMs: number };

const judge = ({ pictures, roundMs, harmedMs, endedMs, untilMs }: Judged): Recovery => {
  const gaps = pictures.slice(1).map(({ atMs }, index) => ({ atMs, ms: atMs - (pictures[index]?.atMs ?? atMs) }));
  const calm = pictures.filter(({ atMs }) => atMs < harmedMs).slice(Math.round(SETTLING_MS / FRAME_MS));
  const rhythmMs = Math.max(
    ...gaps.filter(({ atMs }) => atMs < harmedMs && atMs > (calm[0]?.atMs ?? harmedMs)).map(({ ms }) => ms),
  );
  if (calm.length === 0 || !Number.isFinite(rhythmMs)) throw new Error('too few pictures came before the harm');
  const usualMs = percentile(
    calm.map(({ capturedMs, atMs }) => atMs - capturedMs),
    0.95,
  );
  const lost = lostOf(pictures, roundMs);
  const [longest] = gaps.filter(({ atMs }) => atMs > harmedMs).toSorted((one, other) => other.ms - one.ms);
  if (longest === undefined || (pictures.at(-1)?.atMs ?? 0) <= endedMs) {
    const never = Number.POSITIVE_INFINITY;
    const since = pictures.at(-1)?.capturedMs ?? harmedMs;
    return { outageMs: never, backMs: never, drainMs: never, lost: lost + Math.round((untilMs - since) / FRAME_MS) };
  }
  const late = pictures.findLast(
    ({ capturedMs, atMs }) => atMs >= longest.atMs && atMs - capturedMs > usualMs + CAUGHT_UP_MS,
  );
  return {
    outageMs: Math.max(0, Math.round(longest.ms - rhythmMs)),
    backMs: Math.max(0, Math.round(longest.atMs - endedMs)),
    drainMs: late === undefined ? 0 : Math.round(late.atMs - longest.atMs),
    lost,
  };
};

/** Holes in what was captured, in pictures; what came twice leaves none, and those from round to round are the recording's own. */
const lostOf = (pictures: readonly Picture[], roundMs: number): number => {
  const sorted = pictures.toSorted((one, other) => one.capturedMs - other.capturedMs);
  const hole = (ms: number): number => Math.max(0, Math.round(ms / FRAME_MS) - 1);
  const ofRound = hole(roundMs - (FRAMES_A_ROUND - 1) * FRAME_MS);
  const roundOf = ({ mediaMs }: Picture): number => Math.floor((mediaMs + ROUNDING_MS) / roundMs);
  return sorted.reduce((sum, one, index) => {
    const before = sorted[index - 1];
    if (before === undefined) return sum;
    const rounds = Math.max(0, roundOf(one) - roundOf(before));
    return sum + Math.max(0, hole(one.capturedMs - before.capturedMs) - rounds * ofRound);
  }, 0);
};

const said = (ms: number): string => (Number.isFinite(ms) ? String(ms) : 'for good');
const worst = (of: readonly Recovery[], what: keyof Recovery): number => Math.max(...of.map((one) => one[what]));

const toMeasured = (all: readonly Recovered[], { cutMs, healthyMs }: Length) => {
  const ours = all.filter(({ server }) => server === 'vybzz');
  const barOf = (what: string, harmed: HarmName, of: keyof Recovery, atMost: number): Bar[] => {
    const found = ours.filter(({ harm: name }) => name === harmed);
    return [{ what, measured: Math.max(...found.map((one) => worst(one.of, of))), unit: 'ms', bar: { atMost } }];
  };
  const manyShows = ours.filter(({ harm: name }) => name === 'killed').toSorted((a, b) => b.shows - a.shows)[0];
  return {
    tables: [
      {
        title: 'What becomes of a show',
        columns: ['', '', 'no picture for, ms', 'back after, ms', 'caught up after, ms', 'pictures lost'],
        rows: HARM_NAMES.flatMap((harmed) =>
          all
            .filter(({ harm: name }) => name === harmed)
            .map((one) => [
              harmed === 'cut' ? `${HARMS.cut} for ${cutMs / 1_000} s` : HARMS[harmed],
              nameOf(one),
              ...(['outageMs', 'backMs', 'drainMs'] as const).map((what) =>
                one.of.length > 1
                  ? `${said(
                      percentile(
                        one.of.map((show) => show[what]),
                        0.5,
                      ),
                    )} (most ${said(worst(one.of, what))})`
                  : said(worst(one.of, what)),
              ),
              String(one.of.reduce((sum, { lost }) => sum + lost, 0)),
            ]),
        ),
      },
    ],
    bars: [
      {
        what: 'pictures lost by Vybzz, of all shows',
        measured: ours.reduce((sum, { of }) => sum + of.reduce((lost, one) => lost + one.lost, 0), 0),
        unit: 'pictures',
        bar: { atMost: 0 },
      },
      ...barOf('an encoder killed, no picture for', 'encoder', 'outageMs', 500),
      ...barOf(`a cut of ${cutMs / 1_000} s, caught up after`, 'cut', 'drainMs', 1_000),
      {
        what: `a worker killed with ${manyShows?.shows ?? 0} shows, no picture of any for`,
        measured: worst(manyShows?.of ?? [], 'outageMs'),
        unit: 'ms',
        bar: { atMost: 5_000 },
      },
    ],
    plots: [
      {
        kind: 'bars' as const,
        file: 'recovery.svg',
        title: 'Pictures lost of one show, harmed once each way',
        unit: 'pictures',
        bars: [...new Set(all.filter(({ shows }) => shows === 1).map(nameOf))].map((name) => ({
          name,
          value: round(
            all
              .filter((one) => nameOf(one) === name)
              .reduce((sum, { of }) => sum + of.reduce((lost, one) => lost + one.lost, 0), 0),
          ),
          ours: name.startsWith('Vybzz'),
        })),
      },
    ],
    notes: [
      'No picture for: the longest time between two at the RTMPS server, less the longest before the harm. Back after: from the end of the harm to the first one. Caught up: no more than 150 ms later than before, counted from there.',
      `An encoder is killed once it has lived for ${healthyMs / 1_000} s; the worker trusts one that has lived for ${LIMITS.healthyMs / 1_000} s. Lost is what the camera gave and the server never got, by the times of the pictures. What comes twice is no loss here; \`npm run faults\` holds that to nothing.`,
      'For the peers their page is taken to begin a new recording by itself, four times a second until it is let in; what they have from npm and examples does not, and a show is then over for good.',
    ],
  };
};
