/**
 * Is a viewer somebody who plays, whatever becomes of them? Frozen, cut off, killed, in ten tabs, without a player, with a wrong clock:
 * within 20 s the count says how many there are, and it never says more.
 *
 *   npm run load -- --presence [--rows frozen,killed] [--json]
 *
 * Table, rooms with gateway, and viewers are processes of their own; the viewers are the product's own client. All rows are played side by
 * side, each in a show of its own, and the last one when all the others are over. Exit 1 where a count was wrong.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { LiveView } from '#contract/http';
import { readArguments } from '../../commands/read-arguments.mjs';
import { type Part, startPart } from '../lib/part.ts';
import { chooseRows, createRowRunner, type Finding, listRows } from '../lib/run-rows.ts';
import { startFaultyNetwork } from '../lib/faulty-network.ts';

/** What is promised: so soon after something has changed the count says so. */
const RIGHT_WITHIN_MS = 20_000;
const LOOK_MS = 500;
/** A count that has become right stays so for this long before the next thing happens: a beat, and the time after which one is gone. */
const STAYS_MS = 18_000;
const HOUR_MS = 3_600_000;

type Place = {
  /** Where the rooms are, as people of this row reach them. */
  origin: string;
  streamId: string;
  viewers: (given: object) => Promise<Part>;
  /** So many are there from now on. Waits until the count says so, and for a while that it goes on to. */
  expect: (people: number, what: string) => Promise<void>;
};
type Row = { name: string; promise: string; play: (place: Place) => Promise<void> };

let made = 0;
const browsers = (many: number): string[] =>
  Array.from({ length: many }, () => `browser-of-presence-${String(++made).padStart(4, '0')}`);

const ROWS: readonly Row[] = [
  {
    name: 'frozen',
    promise: 'whose process stands still is gone, and there again when it goes on',
    play: async ({ viewers, expect }) => {
      const [frozen] = [await viewers({ browsers: browsers(3) }), await viewers({ browsers: browsers(2) })];
      await expect(5, 'all play');
      process.kill(frozen.pid, 'SIGSTOP');
      await expect(2, 'three are frozen');
      process.kill(frozen.pid, 'SIGCONT');
      await expect(5, 'they go on');
    },
  },
  {
    name: 'cut-off',
    promise: 'whose network says nothing any more, and closes nothing, is gone, and there again when it is back',
    play: async ({ origin, viewers, expect }) => {
      const network = await startFaultyNetwork(() => Number(new URL(origin).port));
      await viewers({ origin: `http://localhost:${network.port}`, browsers: browsers(3) });
      await viewers({ browsers: browsers(1) });
      await expect(4, 'all play');
      network.swallow();
      network.admits = 'into-nothing';
      await expect(1, 'three are cut off');
      network.admits = 'all';
      // what was under way when it went waits for its time to be over
      await expect(4, 'they are back');
      await network.close();
    },
  },
  {
    name: 'killed',
    promise: 'whose process is killed is gone',
    play: async ({ viewers, expect }) => {
      const [killed] = [await viewers({ browsers: browsers(3) }), await viewers({ browsers: browsers(2) })];
      await expect(5, 'all play');
      process.kill(killed.pid, 'SIGKILL');
      await expect(2, 'three are killed');
    },
  },
  {
    name: 'tabs',
    promise: 'ten tabs of a browser are one viewer, in whichever process they are',
    play: async ({ viewers, expect }) => {
      const [one = ''] = browsers(1);
      const [half] = [
        await viewers({ browsers: [one], tabs: 5 }),
        await viewers({ browsers: [one], tabs: 5 }),
        await viewers({ browsers: browsers(1) }),
      ];
      await expect(2, 'ten tabs, and one other');
      process.kill(half.pid, 'SIGKILL');
      await expect(2, 'five of the tabs are gone');
    },
  },
  {
    name: 'never-plays',
    promise: 'who joins and never plays, or whose player stands still, is nobody',
    play: async ({ viewers, expect }) => {
      await viewers({ browsers: browsers(3), player: 'none' });
      await viewers({ browsers: browsers(3), player: 'stands-still' });
      await viewers({ browsers: browsers(1) });
      await expect(1, 'one of seven plays');
    },
  },
  {
    name: 'wrong-clock',
    promise: 'whose clock is an hour ahead or behind counts like everybody else',
    play: async ({ viewers, expect }) => {
      const [ahead] = [
        await viewers({ browsers: browsers(2), clockOffMs: HOUR_MS }),
        await viewers({ browsers: browsers(2), clockOffMs: -HOUR_MS }),
      ];
      await expect(4, 'all play');
      process.kill(ahead.pid, 'SIGKILL');
      await expect(2, 'those ahead are killed');
    },
  },
];

/** Everything dies at once, whoever counts included: there is nobody left, and whoever looks next is told so. */
const ALL_KILLED = {
  name: 'all-killed',
  promise: 'of a show whose viewers and rooms are all killed the next rooms say that nobody is there',
};

const USAGE = 'npm run load -- --presence [--rows frozen,killed] [--json]';
const { values } = readArguments(`${USAGE}\n\n${listRows([...ROWS, ALL_KILLED]).join('\n')}`, {
  options: {
    presence: { type: 'boolean', default: true },
    rows: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = chooseRows([...ROWS, ALL_KILLED], values.rows, USAGE);

const Started = z.object({ url: z.string() });
const Rooms = z.object({ origin: z.string(), streamIds: z.array(z.string()) });
const table = startPart(new URL('../shows/load-table.ts', import.meta.url));
const { url: tableUrl } = z.parse(Started, await table.ask('start'));
const startRooms = async (shows: number) => {
  const part = startPart(new URL('./load-rooms.ts', import.meta.url));
  return { part, ...z.parse(Rooms, await part.ask('start', { tableUrl, shows })) };
};
const rooms = await startRooms(ROWS.length + 1);
const parts = new Set<Part>();

const countOf = async (origin: string, streamId: string): Promise<number> =>
  z.parse(LiveView, await (await fetch(`${origin}/stream/${streamId}/live`)).json()).viewers;

/** Plays a row; what it measured, and what of it was wrong. */
const played = async (row: Row, streamId: string): Promise<Finding> => {
  const broken: string[] = [];
  const measured: string[] = [];
  /** Since when how many people are there; the count lags behind the last that were there by 20 s at most. */
  const history = [{ at: 0, people: 0 }];
  const mostThere = (at: number): number =>
    Math.max(
      ...history.filter((_, i) => (history[i + 1]?.at ?? Infinity) > at - RIGHT_WITHIN_MS).map(({ people }) => people),
    );
  const over = new AbortController();
  let latest = 0;
  let most = 0;
  const looking = (async () => {
    while (!over.signal.aborted) {
      const at = performance.now();
      latest = await countOf(rooms.origin, streamId);
      most = Math.max(most, latest);
      const there = mostThere(at);
      if (latest > there) broken.push(`the count said ${latest} where ${there} were there at most`);
      await delay(LOOK_MS);
    }
  })();
  /** Those who come are there before the first of them has beaten. */
  let people = 0;
  const place: Place = {
    origin: rooms.origin,
    streamId,
    viewers: async (given) => {
      const part = startPart(new URL('./presence-viewers.ts', import.meta.url));
      parts.add(part);
      people += z.parse(z.object({ browsers: z.array(z.string()) }), given).browsers.length;
      history.push({ at: performance.now(), people });
      await part.ask('watch', { origin: rooms.origin, streamId, ...given });
      return part;
    },
    expect: async (now, what) => {
      const began = performance.now();
      people = now;
      history.push({ at: began, people });
      const isCounted = () => latest === now;
      while (!isCounted() && performance.now() < began + RIGHT_WITHIN_MS) await delay(LOOK_MS / 5);
      const tookMs = performance.now() - began;
      if (!isCounted()) broken.push(`${what}: the count says ${latest} instead of ${now} after 20 s`);
      else measured.push(`${what}: ${now} after ${(tookMs / 1_000).toFixed(1)} s`);
      for (const until = performance.now() + STAYS_MS; performance.now() < until; await delay(LOOK_MS))
        if (!isCounted() && performance.now() > began + RIGHT_WITHIN_MS) {
          broken.push(`${what}: the count has become ${latest} instead of ${now}`);
          break;
        }
    },
  };
  try {
    await row.play(place);
  } finally {
    over.abort();
    await looking;
  }
  return { broken: [...new Set(broken)], measured: [...measured, `at most ${most}`] };
};

const runner = createRowRunner({ json: values.json });
const chosen = ROWS.filter((row) => wanted.includes(row));
const findings = new Map(chosen.map((row, at) => [row, played(row, rooms.streamIds[at] ?? '')]));
await Promise.allSettled(findings.values());
for (const [row, finding] of findings) await runner.play(row, async () => [await finding]);

if (wanted.includes(ALL_KILLED))
  await runner.play(ALL_KILLED, async () => {
    const streamId = rooms.streamIds[ROWS.length] ?? '';
    const viewers = startPart(new URL('./presence-viewers.ts', import.meta.url));
    await viewers.ask('watch', { origin: rooms.origin, streamId, browsers: browsers(3) });
    const broken: string[] = [];
    const soon = performance.now() + RIGHT_WITHIN_MS;
    while ((await countOf(rooms.origin, streamId)) !== 3 && performance.now() < soon) await delay(LOOK_MS);
    if ((await countOf(rooms.origin, streamId)) !== 3) broken.push('the three were never counted');
    const killedAt = performance.now();
    for (const { pid } of [viewers, rooms.part]) process.kill(pid, 'SIGKILL');
    const next = await startRooms(0);
    let latest = Infinity;
    while (latest !== 0 && performance.now() < killedAt + RIGHT_WITHIN_MS) {
      latest = await countOf(next.origin, streamId);
      await delay(LOOK_MS);
    }
    const tookMs = performance.now() - killedAt;
    parts.add(next.part);
    if (latest !== 0) broken.push(`the count says ${latest} instead of 0 after 20 s`);
    return [{ broken, measured: [`nobody after ${(tookMs / 1_000).toFixed(1)} s`] }];
  });

for (const { pid } of parts) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // a row has killed it already
  }
}
await table.close();
process.exit(runner.end());
