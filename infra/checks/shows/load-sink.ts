/** The load's RTMPS server, and its judge: what came stays in this process; see load.ts. */
import * as z from 'zod/mini';
import type { Recorded } from '../../../ingest-worker/publish/sink/recording.testing.ts';
import { startSink, type Sink } from '../../../ingest-worker/publish/sink/sink.testing.ts';
import { regenerate } from './capture.ts';
import { servePart } from '../lib/part.ts';
import { encodeUndisturbed, type Reference } from './reference.ts';
import { openRung } from './rung-captures.ts';
import { measure } from './verdict.ts';

const Shows = z.array(z.object({ muxKey: z.string(), streamBytes: z.number() }));

let sink: Sink | undefined;
let markedMs = 0;
const references = new Map<number, Promise<Reference>>();

const referenceOf = (bytes: number): Promise<Reference> => {
  const reference = references.get(bytes) ?? encodeUndisturbed(regenerate(openRung('1'), bytes));
  references.set(bytes, reference);
  return reference;
};

/** By how much more than the promptest of its frames the latest one was behind its time, since the mark. */
const latenessOf = ({ frames }: Recorded): number => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { atMs, dtsMs } of frames) {
    if (atMs < markedMs) continue;
    least = Math.min(least, atMs - dtsMs);
    most = Math.max(most, atMs - dtsMs);
  }
  return Number.isFinite(most) ? Math.round(most - least) : 0;
};

servePart({
  start: async () => {
    sink = await startSink();
    return { url: sink.url, ca: sink.ca ?? '' };
  },
  /** All is running as it should: how late frames are is measured from here. */
  mark: () => {
    markedMs = performance.now();
  },
  /** What has come so far. */
  count: () => ({
    begun: new Set(sink?.sessions.filter(({ frames }) => frames.length > 0).map(({ streamKey }) => streamKey)).size,
    frames: sink?.sessions.reduce((sum, { frames }) => sum + frames.length, 0) ?? 0,
  }),
  judge: async (given) => {
    const totals = { sent: 0, missing: 0, doubled: 0, reordered: 0, altered: 0, sessions: 0, lateMs: 0 };
    for (const { muxKey, streamBytes } of Shows.parse(given)) {
      const sessions = sink?.sessions.filter(({ streamKey }) => streamKey === muxKey) ?? [];
      const measured = measure({ reference: await referenceOf(streamBytes), sessions, restarted: false });
      for (const name of ['sent', 'missing', 'doubled', 'reordered'] as const)
        totals[name] += measured[name].video + measured[name].audio;
      totals.altered += measured.altered;
      totals.sessions += measured.rtmpsSessions;
      totals.lateMs = Math.max(totals.lateMs, ...sessions.map(latenessOf));
    }
    return totals;
  },
});
