/**
 * One audience, as large as is told what is new, and then larger: every message has to come to everybody, once and in its order.
 *
 *   npm run load -- --viewers 2000 [--seconds 20] [--simulated 2000,5000,20000] [--json]
 *
 * Table, rooms with gateway, and viewers are processes of their own. First a message a second, then bursts of 50; then more come than
 * are told, so that all are sent to ask; then so few stay that they are told again. While they ask, `--simulated` more do, and what the
 * rooms are asked must not grow with them. Exit 1 where something was lost, doubled or out of order, or where it grew.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { until } from '#stand-ins/until';
import { readArguments } from '../../commands/read-arguments.mjs';
import { askAfterMs } from '../../../functions/shows/mode.ts';
import { startPart } from '../lib/part.ts';

const USAGE = 'npm run load -- --viewers 2000 [--seconds 20] [--simulated 2000,5000,20000] [--json]';
const { values } = readArguments(USAGE, {
  options: {
    viewers: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '20' },
    simulated: { type: 'string', default: '2000,5000,20000' },
    json: { type: 'boolean', default: false },
  },
});
const [count = 0, seconds = 0] = [values.viewers, values.seconds].map(Number);
const simulated = values.simulated.split(',').map(Number);
/** More than are told, and so few that all are told again. */
const OVER = 2_100;
const STAY = 1_400;
if (![count, seconds, ...simulated].every((number) => Number.isInteger(number) && number > 0) || count > 2_000) {
  console.error(`${USAGE}\nAn audience of more than 2,000 is not told, but asks: --simulated says how many.`);
  process.exit(2);
}

const AT_ONCE = 50;
const BURST = 50;
const BURSTS = 3;
const BURST_EVERY_MS = 8_000;
const SIMULATED_MS = 9_000;
const SWITCH_MS = 150_000;
const SETTLE_MS = 6_000;
/** An answer is kept for two seconds, in two places. */
const MOST_ASKED_A_SECOND = 3;
/** A lone message has reached all by then. */
const ALONE_MS = 5_000;
/** It does so at the latest after this: what their coming asked for is done then. */
const SETTLED_MS = 60_000;
/**
 * What being told may take: half of the messages as long as one telling of all, nearly all twice that, as one waits for the telling
 * before it (infra/decisions/how-large-an-audience.md). How long a telling takes here is measured first, with a lone message: one process
 * is the rooms, their functions and the gateway, and viewers and table have the other core. What else the rooms do meanwhile, beats and
 * asks of all who watch, may make it half as long again. Bursts are held to what asking would take: else there would be no use in telling.
 */
const BESIDE = 1.5;

const Started = z.object({ url: z.string() });
const Rooms = z.object({ origin: z.string(), streamIds: z.array(z.string()), writers: z.array(z.string()) });
const Tickets = z.array(z.string());
const Looked = z.object({
  push: z.number(),
  poll: z.number(),
  opening: z.number(),
  caughtUp: z.number(),
  refused: z.number(),
  failed: z.number(),
  delays: z.object({
    count: z.number(),
    least: z.number(),
    p50: z.number(),
    p95: z.number(),
    p99: z.number(),
    most: z.number(),
  }),
});
const Asked = z.object({ live: z.number(), chat: z.number(), rssMb: z.number(), warnings: z.array(z.string()) });
const Judged = z.object({
  said: z.number(),
  refusals: z.record(z.string(), z.number()),
  lost: z.number(),
  doubled: z.number(),
  disordered: z.number(),
});

const startedMs = performance.now();
const tell = (what: string): void => console.error(`${Math.round((performance.now() - startedMs) / 1_000)} s: ${what}`);

const [table, rooms, viewers] = ['../shows/load-table.ts', './load-rooms.ts', './load-viewers.ts'].map((file) =>
  startPart(new URL(file, import.meta.url)),
);
if (!table || !rooms || !viewers) throw new Error('a part is missing');
const { url: tableUrl } = Started.parse(await table.ask('start'));
const {
  origin,
  streamIds: [streamId],
  writers,
} = Rooms.parse(await rooms.ask('start', { tableUrl }));
await viewers.ask('place', { origin, streamId });
const tickets = async (users: readonly (string | null)[]) => Tickets.parse(await rooms.ask('tickets', { users }));
const look = async () => Looked.parse(await viewers.ask('look'));
const asked = async () => Asked.parse(await rooms.ask('look'));

const comes = async (many: number): Promise<void> => {
  for (let there = 0; there < many; there += AT_ONCE) {
    await viewers.ask('join', {
      tickets: await tickets(Array.from({ length: Math.min(AT_ONCE, many - there) }, () => null)),
    });
    if (there % 500 === 0) tell(`${there + AT_ONCE} of ${many} viewers have come`);
  }
};
let number = 0;
const say = async (many: number): Promise<void> => {
  await viewers.ask('say', { from: number, many });
  number += many;
};
/** A message a second, until something is so, or for so long. */
const talk = async (ms: number, done: () => Promise<boolean> = async () => false): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end;) {
    await say(1);
    if (await done()) return true;
    await delay(1_000);
  }
  return done();
};

const idle = (await asked()).rssMb;
await viewers.ask('writers', { tickets: await tickets(writers) });
await comes(count);
const first = await look();
tell(`${first.push} are told what is new, ${first.poll} ask`);
await asked();

const reachAll = async (): Promise<z.infer<typeof Looked>['delays']> => {
  for (const end = performance.now() + SETTLED_MS; ;) {
    await say(1);
    await delay(ALONE_MS);
    const { delays } = await look();
    // each heard it, and none of those before it as late as this
    if (delays.count === count || performance.now() > end) return delays;
  }
};
const alone = await reachAll();
const postsASecond = Math.round((alone.count / Math.max(1, alone.p99 - alone.least)) * 1_000);
const tellingMs = Math.round((count / postsASecond) * 1_000);
const model = { typicalMs: tellingMs, worstMs: 2 * tellingMs };
/** At most, with jitter and what caches keep. */
const byAskingMs = askAfterMs(count) * 1.25 + 2_000;
tell(`a lone message: ${JSON.stringify(alone)}, so ${postsASecond} posts a second`);

await talk(seconds * 1_000);
await delay(2_000);
const steady = await look();
tell(`a message a second: ${JSON.stringify(steady.delays)}`);
for (let burst = 0; burst < BURSTS; burst++) {
  await say(BURST);
  await delay(BURST_EVERY_MS);
}
const bursts = await look();
tell(`bursts of ${BURST}: ${JSON.stringify(bursts.delays)}`);
const told = await asked();

await comes(OVER - count);
const over = await talk(SWITCH_MS, async () => (await look()).poll === OVER);
const crowdedAt = performance.now();
const went = await look();
tell(over ? 'all of them ask' : `NOT all of them ask: ${went.poll} do, ${went.push} are told, ${went.opening} wait`);
await asked();
const origins: { viewers: number; answersASecond: number; askedASecond: number }[] = [];
for (const many of simulated) {
  await asked();
  const began = performance.now();
  const [{ answers }] = await Promise.all([
    viewers.ask('simulate', { many, ms: SIMULATED_MS }).then((got) => z.object({ answers: z.number() }).parse(got)),
    talk(SIMULATED_MS),
  ]);
  const lasted = (performance.now() - began) / 1_000;
  const { live } = await asked();
  const row = {
    viewers: many + OVER,
    answersASecond: Math.round(answers / lasted),
    askedASecond: Number((live / lasted).toFixed(2)),
  };
  origins.push(row);
  tell(
    `${row.viewers} ask: ${row.answersASecond} answers a second, the rooms are asked ${row.askedASecond} times a second`,
  );
}
const asking = await look();

await viewers.ask('stay', { many: STAY });
tell(`${STAY} stay`);
const back = await talk(SWITCH_MS, async () => (await look()).push === STAY);
const returned = await look();
tell(
  back
    ? `all are told again, ${Math.round((performance.now() - crowdedAt) / 1_000)} s after they were sent to ask`
    : `NOT all are told again: ${returned.push} are, ${returned.poll} ask, ${returned.opening} wait; failed ${returned.failed}, refused ${returned.refused}`,
);
await talk(5_000);
await delay(SETTLE_MS);
await until('what was said has come', async () => Judged.parse(await viewers.ask('judge')).lost === 0, {
  withinMs: 15_000,
}).catch(() => undefined);
const judged = Judged.parse(await viewers.ask('judge'));
const end = await look();
const { rssMb, warnings } = await asked();

const most = Math.max(...origins.map(({ askedASecond }) => askedASecond));
const findings: [wrong: number | false, what: string][] = [
  [count - alone.count, 'who did not hear a lone message in time, or heard others late'],
  [judged.said !== number && number - judged.said, 'messages refused'],
  [judged.lost, 'times that somebody did not hear a message'],
  [judged.doubled, 'messages heard twice'],
  [judged.disordered, 'messages out of order'],
  [steady.delays.p50 > model.typicalMs * BESIDE && steady.delays.p50, 'ms for half of the messages, one a second'],
  [steady.delays.p99 > model.worstMs * BESIDE && steady.delays.p99, 'ms for nearly all messages, one a second'],
  [bursts.delays.p99 > byAskingMs && bursts.delays.p99, 'ms for nearly all messages of a burst'],
  [!over && 1, 'audience that was not sent to ask'],
  [!back && 1, 'audience that was not told again'],
  [most > MOST_ASKED_A_SECOND && most, `times a second the rooms are asked, instead of ${MOST_ASKED_A_SECOND}`],
];
const broken = findings.filter(([wrong]) => wrong !== 0 && wrong !== false).map(([wrong, what]) => `${wrong} ${what}`);
const held = broken.length === 0;
const memoryMb = { idle, told: told.rssMb, end: rssMb, aSocketKb: Math.round(((told.rssMb - idle) * 1_024) / count) };

if (values.json)
  console.log(
    JSON.stringify({
      held,
      broken,
      viewers: count,
      judged,
      postsASecond,
      model,
      steady: steady.delays,
      bursts: bursts.delays,
      asking: asking.delays,
      origins,
      memoryMb,
      caughtUp: end.caughtUp,
      failed: end.failed,
      warnings: warnings.slice(0, 5),
    }),
  );
else {
  const line = ({ p50, p95, p99, most: slowest }: typeof steady.delays): string =>
    `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, at most ${slowest} ms`;
  console.log(
    `${count} viewers, ${judged.said} messages: lost ${judged.lost}, doubled ${judged.doubled}, out of order ${judged.disordered}`,
  );
  console.log(
    `${postsASecond} posts a second, at which the model says ${model.typicalMs} ms, and ${model.worstMs} ms for nearly all`,
  );
  console.log(`a message a second: ${line(steady.delays)}`);
  console.log(`bursts of ${BURST}: ${line(bursts.delays)}`);
  console.log(`by asking: ${line(asking.delays)}`);
  for (const row of origins)
    console.log(
      `${row.viewers} ask: ${row.answersASecond} answers a second, the rooms are asked ${row.askedASecond} times a second`,
    );
  console.log(
    `memory of rooms and gateway: ${idle} MB with nobody, ${told.rssMb} MB with ${count} (${memoryMb.aSocketKb} KB each), ${rssMb} MB in the end`,
  );
  for (const [why, many] of Object.entries(judged.refusals)) console.log(`refused ${many} times: ${why}`);
  console.log(`asked for what was missed ${end.caughtUp} times, failed ${end.failed}`);
  for (const warning of warnings.slice(0, 5)) console.log(`the rooms said: ${warning}`);
  for (const what of broken) console.log(`✗ ${what}`);
  console.log(held ? 'held' : 'NOT HELD');
}
await viewers.close();
await rooms.close();
await table.close();
process.exit(held ? 0 : 1);
