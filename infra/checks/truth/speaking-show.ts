import { setTimeout as delay } from 'node:timers/promises';
import { until } from '#stand-ins/until';
import type { StreamState } from '#contract/show';
import type { UplinkEvent } from '#ingest-client/uplink';
import { createFakeBroadcast } from '../../../web/src/broadcast/broadcast.testing.ts';
import { accountText } from '../../../web/src/broadcast/status.ts';
import { english } from './english.ts';
import type { FaultyNetwork } from '../lib/faulty-network.ts';
import type { Harness } from '../shows/harness.ts';
import { createCapturePublisher } from '../shows/publisher.ts';
import { openRung } from '../shows/rung-captures.ts';
import { arrivals, judge, type RunningShow } from '../shows/running-show.ts';
import { claimsOf } from './claims.ts';
import type { Moment } from './lies.ts';

const LOOK_MS = 250;
const STATS_MS = 1_000;
/** What the recordings have. */
const FRAME_RATE = 30;
const END_MS = 90_000;

const t = english('broadcast');

/** A show whose words are written down beside what the sink has: the page's own states and words over the product's own client. */
export const startSpeakingShow = async (harness: Harness, network: Pick<FaultyNetwork, 'port'>) => {
  const stream = await harness.addStream();
  const getUrl = async () => {
    const url = new URL(await stream.getUrl());
    url.port = String(network.port);
    return url.href;
  };
  let hear: (event: UplinkEvent) => void = () => {};
  const publisher = createCapturePublisher({ capture: openRung('1'), getUrl, on: (event) => hear(event) });
  const show: RunningShow = { rung: '1', stream, publisher };
  const { broadcast } = createFakeBroadcast(
    { getIngestUrl: async () => ({ given: true, url: await getUrl() }), endStream: async () => {} },
    {
      clock: () => Date.now(),
      createPipeline: (parts, fake) => {
        hear = parts.onUplink;
        let bytes = 0;
        const stats = setInterval(() => {
          const kbps = ((publisher.streamBytes - bytes) * 8) / STATS_MS;
          bytes = publisher.streamBytes;
          const { backlogMs, heldMs } = publisher;
          parts.onStats({ backlogMs, heldMs, kbps, videoKbps: 250, fps: FRAME_RATE, droppedFrames: 0 });
        }, STATS_MS);
        return {
          ...fake,
          open: () => publisher.start(),
          stop: async () => publisher.stop(),
          close: () => clearInterval(stats),
        };
      },
    },
  );
  broadcast.ask();
  await until('the preview', () => broadcast.getSnapshot().state.at === 'ready');
  broadcast.start(async () => ({ streamId: stream.streamId, ingestUrl: '' }));
  await until('the show', () => broadcast.getSnapshot().state.at === 'live', { withinMs: 30_000 });

  const moments: Moment[] = [];
  let told: StreamState = 'connecting';
  const over = new AbortController();
  const ask = async () => {
    while (!over.signal.aborted) {
      told = await stream.told();
      await delay(LOOK_MS * 2);
    }
  };
  const asking = ask();
  const look = setInterval(() => {
    const now = performance.now();
    const newest = arrivals(harness, show).at(-1);
    const { mediaMs: recordedMs } = publisher;
    const truth = {
      recordedMs,
      arrivedMs: newest?.mediaMs ?? 0,
      arrivedAgoMs: newest ? now - newest.atMs : Number.POSITIVE_INFINITY,
    };
    moments.push({ atMs: Date.now(), claims: claimsOf(broadcast.getSnapshot(), told), truth });
  }, LOOK_MS);

  return {
    online: () => broadcast.online(),
    /** Ends it, and says what came of it, in numbers and in the page's words. */
    end: async () => {
      const { at } = broadcast.getSnapshot().state;
      if (at === 'live' || at === 'reconnecting') broadcast.end();
      const isOver = () => ['ended', 'failed'].includes(broadcast.getSnapshot().state.at);
      await until('the end', isOver, { withinMs: END_MS });
      over.abort();
      clearInterval(look);
      await asking;
      const { state, stats, skippedMs } = broadcast.getSnapshot();
      if (state.at !== 'ended' && state.at !== 'failed') throw new Error(`a show that is over is ${state.at}`);
      const whole = state.at === 'ended' && state.whole;
      const measured = await judge(harness, show, { restarted: true });
      return { state, moments, measured, account: accountText(t, { account: state, whole, stats, skippedMs }), whole };
    },
  };
};
