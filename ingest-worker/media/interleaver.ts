import { createFifo, type Fifo } from './fifo.ts';
import type { FlvTag } from './flv-tag.ts';

/** How much of one kind may wait for the other: the `-max_interleave_delta` that FFmpeg is given for a copy. */
export const MAX_INTERLEAVE_MS = 1_000;
/** More than any recorder makes in that time: beyond it time alone, which may stand still, does not bound what waits. */
const MOST_TAGS = 1_024;
const MOST_BYTES = 8 * 1024 * 1024;

type Kind = 'video' | 'audio';

/**
 * Puts pictures and sound that come one after another into the order of their times, as FFmpeg's muxer does: what is oldest goes
 * out once both kinds are waiting, or once one of them has waited for the other for `MAX_INTERLEAVE_MS`, or more waits than may. Of
 * the same time, the picture is first.
 */
export const createInterleaver = ({ sound, onTag }: { sound: boolean; onTag: (tag: FlvTag) => void }) => {
  const waiting: Record<Kind, Fifo<FlvTag>> = { video: createFifo(), audio: createFifo() };
  let waitingBytes = 0;

  const isFirst = (): Kind => {
    const [video, audio] = [waiting.video.first, waiting.audio.first];
    if (video === undefined) return 'audio';
    return audio !== undefined && audio.timestampMs < video.timestampMs ? 'audio' : 'video';
  };
  const release = (): void => {
    const tag = waiting[isFirst()].shift();
    if (!tag) return;
    waitingBytes -= tag.body.byteLength;
    onTag(tag);
  };
  /** The time that lies between the oldest and the newest that waits. */
  const waitedMs = (): number => {
    const oldest = waiting[isFirst()].first?.timestampMs ?? 0;
    const newest = Math.max(...[waiting.video, waiting.audio].map((tags) => tags.last?.timestampMs ?? oldest));
    return newest - oldest;
  };
  const isDue = (): boolean => {
    const { video, audio } = waiting;
    if (video.length === 0 && audio.length === 0) return false;
    const isOver = video.length + audio.length > MOST_TAGS || waitingBytes > MOST_BYTES;
    return !sound || (video.length > 0 && audio.length > 0) || isOver || waitedMs() > MAX_INTERLEAVE_MS;
  };

  return {
    push: (kind: Kind, tag: FlvTag): void => {
      waiting[kind].push(tag);
      waitingBytes += tag.body.byteLength;
      while (isDue()) release();
    },
    /** Nothing more will come. */
    flush: (): void => {
      while (waiting.video.length > 0 || waiting.audio.length > 0) release();
    },
  };
};
