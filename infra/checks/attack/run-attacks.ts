import { openHarness } from '../shows/harness.ts';
import { finish, judge, startShow, untilArrived } from '../shows/running-show.ts';
import { type AttackCase, type AttackResult, playCases } from './attack-case.ts';
import { AUDIENCE } from './audience.ts';
import { CHAT } from './chat.ts';
import { FILES } from './files.ts';
import { FORGERIES } from './forgeries.ts';
import { INGEST } from './ingest.ts';
import { OUTSIDERS } from './outsiders.ts';
import { openPlatformBed, type PlatformBed } from './platform-bed.ts';
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
  told?: (result: AttackResult) => void;
};

const BEGUN_MS = 1_500;

const chosen = <Bed>(
  groups: Readonly<Record<string, readonly AttackCase<Bed>[]>>,
  only: readonly string[],
  quick: boolean,
) =>
  Object.entries(groups)
    .filter(([group]) => only.includes(group))
    .map(([group, cases]) => [group, cases.filter(({ long }) => !quick || long !== true)] as const);

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

const onPlatform = async (only: readonly string[], quick: boolean, told: (result: AttackResult) => void) => {
  const groups = chosen(PLATFORM, only, quick);
  if (groups.length === 0) return [];
  const bed = await openPlatformBed();
  const results: AttackResult[] = [];
  try {
    for (const batch of batches(groups, quick)) {
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
const onWorker = async (only: readonly string[], quick: boolean, told: (result: AttackResult) => void) => {
  const groups = chosen(INGEST, only, quick);
  if (groups.length === 0) return [];
  const results: AttackResult[] = [];
  for (const batch of batches(groups, quick)) {
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
export const runAttacks = async ({ groups = GROUPS, quick = false, told = () => {} }: Options = {}): Promise<
  AttackResult[]
> => [...(await onPlatform(groups, quick, told)), ...(await onWorker(groups, quick, told))];
