import { openHarness } from '../shows/harness.ts';
import { finish, judge, startShow, untilArrived } from '../shows/running-show.ts';
import { type AttackCase, type AttackResult, playCases } from './attack-case.ts';
import { AUDIENCE } from './audience.ts';
import { CHAT } from './chat.ts';
import { FILES } from './files.ts';
import { FORGERIES } from './forgeries.ts';
import { INGEST } from './ingest.ts';
import { OUTSIDERS } from './outsiders.ts';
import { openPlatformBed, type PlatformBed } from '../lib/platform-bed.ts';
import { startBystander, UNHARMED } from './platform-bystander.ts';
import { REQUESTS } from './requests.ts';
import { ROUTES } from './routes.ts';
import { TABLE } from './table.ts';
import { WORDS } from './words.ts';

const PLATFORM: Readonly<Record<string, readonly AttackCase<PlatformBed>[]>> = {
  tokens: FORGERIES,
  routes: ROUTES,
  requests: REQUESTS,
  words: WORDS,
  outsiders: OUTSIDERS,
  files: FILES,
  table: TABLE,
  audience: AUDIENCE,
  chat: CHAT,
};

export const GROUPS: readonly string[] = [...Object.keys(PLATFORM), ...Object.keys(INGEST)];

type Options = {
  /** @default all */
  groups?: readonly string[];
  /** Leaves out what takes long, and has one bystander for all groups of a kind. @default false */
  quick?: boolean;
  /** At most so many of each group, from all over it. @default all */
  sample?: number;
  told?: (result: AttackResult) => void;
};

const BEGUN_MS = 1_500;

type Choice = { groups: readonly string[]; quick: boolean; sample: number };

const chosen = <Bed>(
  groups: Readonly<Record<string, readonly AttackCase<Bed>[]>>,
  { groups: only, quick, sample }: Choice,
) =>
  Object.entries(groups)
    .filter(([group]) => only.includes(group))
    .map(([group, cases]) => [group, spread(quick ? short(cases, sample) : cases, sample)] as const);

/** Without those that take long; where all of a group do, a sample has some of them. */
const short = <Case extends { long?: true }>(cases: readonly Case[], sample: number): readonly Case[] => {
  const kept = cases.filter(({ long }) => long !== true);
  return kept.length === 0 && sample < Infinity ? cases : kept;
};

/** At most so many, as far apart as can be. */
const spread = <Case>(cases: readonly Case[], most: number): readonly Case[] =>
  most >= cases.length
    ? cases
    : Array.from({ length: most }, (_, number) => Math.floor((number * cases.length) / most)).flatMap((index) =>
        cases.slice(index, index + 1),
      );

const judged = (groups: readonly string[], got: string): AttackResult => ({
  group: groups.join(', '),
  attack: 'the bystander',
  expected: UNHARMED,
  got,
  held: got === UNHARMED,
});

/** The groups one after the other, or all at once behind one another with one bystander. */
const batches = <Group>(groups: readonly Group[], quick: boolean): Group[][] =>
  quick ? [[...groups]] : groups.map((group) => [group]);

const onPlatform = async (choice: Choice, told: (result: AttackResult) => void) => {
  const groups = chosen(PLATFORM, choice);
  if (groups.length === 0) return [];
  const bed = await openPlatformBed();
  const results: AttackResult[] = [];
  try {
    for (const batch of batches(groups, choice.quick)) {
      const bystander = await startBystander(bed);
      for (const [group, cases] of batch) results.push(...(await playCases(group, cases, bed, told)));
      const verdict = judged(
        batch.map(([group]) => group),
        await bystander.finish(),
      );
      results.push(verdict);
      told(verdict);
    }
  } finally {
    await bed.close();
  }
  return results;
};

/** On a worker by itself, whose every frame is counted at the server that it publishes to. */
const onWorker = async (choice: Choice, told: (result: AttackResult) => void) => {
  const groups = chosen(INGEST, choice);
  if (groups.length === 0) return [];
  const results: AttackResult[] = [];
  for (const batch of batches(groups, choice.quick)) {
    const harness = await openHarness({ environment: { CAPACITY_UNITS: '100000', HANDSHAKES_PER_MINUTE: '100000' } });
    try {
      const show = await startShow(harness, '1');
      await untilArrived(harness, [show], BEGUN_MS);
      for (const [group, cases] of batch) results.push(...(await playCases(group, cases, harness, told)));
      await finish(harness, [show]);
      const { missing } = await judge(harness, show);
      const { welcomes, ending, skipped } = show.publisher;
      const kept = welcomes.length === 1 && ending === 'finished' && skipped.length === 0;
      const lease = kept ? 'lease kept' : `lease lost (${ending}, ${welcomes.length} sockets, ${skipped.length} skips)`;
      const verdict = judged(
        batch.map(([group]) => group),
        `${missing.video + missing.audio} frames missing, ${lease}`,
      );
      results.push(verdict);
      told(verdict);
    } finally {
      await harness.close();
    }
  }
  return results;
};

/** Plays what strangers do against the running product, with an ordinary show beside it; each result, and what the show suffered. */
export const runAttacks = async ({
  groups = GROUPS,
  quick = false,
  sample = Infinity,
  told = () => {},
}: Options = {}): Promise<AttackResult[]> => {
  const choice = { groups, quick, sample };
  return [...(await onPlatform(choice, told)), ...(await onWorker(choice, told))];
};
