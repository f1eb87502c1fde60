import { createRtmpsPublishers } from '../../../ingest-worker/publish/rtmps-publisher.ts';
import { makePublisher, makeTags } from '../../../ingest-worker/publish/publisher.testing.ts';
import type { Conduct } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import type { Harness } from './harness.ts';
import type { Rung } from './rung-captures.ts';
import { finish, untilArrived } from './running-show.ts';
import {
  ALL,
  finished,
  oneSession,
  type Notes,
  type Played,
  type Scenario,
  startAll,
  whole,
  withNotes,
} from './scenario.ts';

/** How RTMP servers other than the one that we would like acknowledge what they have read. */

/** Longer than every rule that takes silence for a sign. */
const PLAY_MS = 45_000;
const PATIENCE_MS = 90_000;

const playAcknowledged =
  (habit: Conduct['acknowledges']) =>
  async (harness: Harness, rungs: readonly Rung[]): Promise<Played[]> => {
    harness.sink.conduct.acknowledges = habit;
    const wrapped: Notes = habit === '31-bits' ? await sendBeyond31Bits(harness) : {};
    const shows = await startAll(harness, rungs);
    await untilArrived(harness, shows, PLAY_MS, PATIENCE_MS);
    await finish(harness, shows);
    return withNotes(shows, () => wrapped);
  };

const FRAME_BYTES = 1024 * 1024;
const FRAMES = 2_200;

/** No show of a minute is so long that its count begins again: one connection of a publisher alone is. */
const sendBeyond31Bits = async ({ sink }: Harness): Promise<{ wrapped: boolean }> => {
  const { url, ca } = sink;
  const { publisher, events, heard } = makePublisher(createRtmpsPublishers(), { url, ca });
  const before = sink.sessions.length;
  const answer = await publisher.connect();
  if (!answer.connected) throw new Error(`the sink was not reached: ${answer.because}`);
  const [tag] = makeTags({ frames: 1, frameBytes: FRAME_BYTES }).slice(-1);
  if (!tag) throw new Error('no tag');
  for (let frame = 0; frame < FRAMES; frame += 1) {
    if (publisher.send({ ...tag, timestampMs: frame * 33 })) continue;
    events.length = 0;
    await heard(({ type }) => type === 'drained' || type === 'closed');
    if (events.some(({ type }) => type === 'closed')) return { wrapped: false };
  }
  const { flushed } = await publisher.close();
  const { rule, acknowledgedBytes } = publisher.stats();
  const sessions = sink.sessions.slice(before);
  return {
    wrapped: flushed && sessions.length === 1 && rule === 'acknowledged' && acknowledgedBytes > 2 ** 31,
  };
};

type Habit = { name: string; habit: Conduct['acknowledges']; what: string };
const HABITS: readonly Habit[] = [
  { name: 'acks-increments', habit: 'increments', what: 'increments instead of totals' },
  { name: 'acks-seldom', habit: 'early-then-2.5MB', what: 'one early count, and then one in 2.5 MB' },
  { name: 'acks-31-bits', habit: '31-bits', what: 'counts of 31 bits, also where they begin again' },
];

export const SERVER_SCENARIOS: readonly Scenario[] = HABITS.map(({ name, habit, what }) => ({
  name,
  promise: `the server acknowledges by ${what}: 45 s in one RTMPS session, 0 frames missing`,
  rungs: ALL,
  play: playAcknowledged(habit),
  keeps: (measured, notes) => [
    ...whole(measured),
    ...finished(notes),
    ...oneSession(measured),
    ...(notes['wrapped'] === false ? ['a count that began again was not understood'] : []),
  ],
}));
