import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, oneOf, type Random } from '../lib/random.ts';
import { startFaultyNetwork, type FaultyNetwork } from '../lib/faulty-network.ts';
import type { Harness } from '../shows/harness.ts';
import { clockText } from '../../../web/src/broadcast/status.ts';
import { liesOf } from './lies.ts';
import { startSpeakingShow } from './speaking-show.ts';

type Options = {
  shows: number;
  /** How many at a time; what harms the server or the worker harms all of them. */
  atOnce: number;
  seconds: number;
  seed: number;
  say: (line: string) => void;
};

/** What became of one show: what it went through, and what was said of it that was not so. */
export type Played = { number: number; faults: string[]; broken: string[]; account: string; moments: number };

/** A sentence may be false for so long. */
export const MAY_MS = 2_000;
/** A recording has not the show's beginning and end to the second. */
const LENGTH_MS = 3_000;

type OwnFault = { name: string; harm: (network: FaultyNetwork, random: Random) => Promise<void> };
type SharedFault = { name: string; harm: (harness: Harness, random: Random) => Promise<void> };

const away = async (network: FaultyNetwork, admits: FaultyNetwork['admits'], ms: number) => {
  network.admits = admits;
  await delay(ms);
  network.admits = 'all';
};

/** What happens to one creator's network. */
const OWN: readonly [OwnFault, ...OwnFault[]] = [
  {
    name: 'a moment without a network',
    harm: async (network, random) => {
      network.cut();
      await away(network, 'none', 300 + random() * 2_000);
    },
  },
  {
    name: 'half a minute without a network',
    harm: async (network, random) => {
      network.cut();
      await away(network, 'none', 5_000 + random() * 15_000);
    },
  },
  { name: 'a connection gone silent', harm: async (network) => network.swallow() },
  {
    name: 'a network gone silent',
    harm: async (network, random) => {
      network.swallow();
      await away(network, 'into-nothing', 3_000 + random() * 9_000);
      network.cut();
    },
  },
];

/** What happens to the service, and so to all shows on it. */
const SHARED: readonly [SharedFault, ...SharedFault[]] = [
  { name: 'the video service resets', harm: async ({ sink }) => sink.reset() },
  { name: 'the video service stops reading', harm: async ({ sink }) => sink.stall() },
  {
    name: 'the video service stands still',
    harm: async ({ sink }, random) => {
      sink.freeze();
      await delay(4_000 + random() * 8_000);
      sink.thaw();
    },
  },
  {
    name: 'the worker dies',
    harm: async (harness) => {
      harness.workers.findLast(({ isGone }) => !isGone)?.kill('SIGKILL');
      await harness.startWorker();
    },
  },
  { name: 'nothing', harm: async () => {} },
];

type Over = Awaited<ReturnType<Awaited<ReturnType<typeof startSpeakingShow>>['end']>>;

/** What of the account at the end is not so. */
const falseAccount = ({ state, whole, account, measured }: Over, wallMs: number): string[] => {
  const missing = measured.missing.video + measured.missing.audio;
  const lengthMs = state.lengthMs ?? 0;
  return [
    whole && missing > 0 && `“${account}”, and ${missing} frames are missing`,
    Math.abs(lengthMs - wallMs) > LENGTH_MS && `“${account}”, and it was on the air for ${clockText(wallMs)}`,
  ].filter((wrong) => wrong !== false);
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Plays shows, as many at a time as may be, with faults of their own and in common; a seed plays the same again. */
export const playShows = async (
  harness: Harness,
  { shows, atOnce, seconds: lastsSeconds, seed, say }: Options,
): Promise<Played[]> => {
  const played: Played[] = [];
  const target = () => harness.workers.findLast(({ isGone }) => !isGone)?.port;

  const play = async (number: number, random: Random, inCommon: string): Promise<Played> => {
    const network = await startFaultyNetwork(target);
    const faults = inCommon === 'nothing' ? [] : [inCommon];
    const startedMs = Date.now();
    const show = await startSpeakingShow(harness, network);
    const liveMs = Date.now();
    const own = Math.floor(random() * 3);
    for (let fault = 0; fault < own; fault += 1) {
      await delay(2_000 + (random() * lastsSeconds * 1_000) / (own + 2));
      const { name, harm } = oneOf(random, OWN);
      faults.push(`${name} (${seconds(Date.now() - startedMs)})`);
      await harm(network, random);
    }
    await delay(Math.max(5_000, liveMs + lastsSeconds * 1_000 - Date.now()));
    const endedMs = Date.now();
    const over = await show.end();
    await network.close();
    const { missing } = over.measured;
    const lies = liesOf(over.moments, missing.video + missing.audio === 0, MAY_MS);
    const broken = [
      ...lies.map(
        ({ saying, fromMs, forMs, truth }) =>
          `“${saying}” was false for ${seconds(forMs)}, ${seconds(fromMs - startedMs)} after Start, with the picture ${seconds(truth.recordedMs - truth.arrivedMs)} late`,
      ),
      ...falseAccount(over, endedMs - liveMs),
    ];
    return { number, faults, broken, account: over.account, moments: over.moments.length };
  };

  for (let first = 0; first < shows; first += atOnce) {
    const random = createRandom(seed * 1_000 + first);
    const { name, harm } = oneOf(random, SHARED);
    const atMs = (5 + random() * (lastsSeconds - 12)) * 1_000;
    const numbers = Array.from({ length: Math.min(atOnce, shows - first) }, (_, i) => first + i + 1);
    say(`shows ${numbers.at(0)} to ${numbers.at(-1)}: ${name}`);
    const wave = numbers.map((number) => play(number, createRandom(seed * 1_000 + number), name));
    const harmed = delay(atMs).then(() => harm(harness, random));
    const [all] = await Promise.all([Promise.all(wave), harmed]);
    played.push(...all);
  }
  return played;
};
