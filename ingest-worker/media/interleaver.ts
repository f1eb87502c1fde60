import type { FlvTag } from './flv-tag.ts';

/** How much of one kind may wait for the other: the `-max_interleave_delta` that FFmpeg is given. */
export const MAX_INTERLEAVE_MS = 1_000;

type Kind = 'video' | 'audio';

/**
 * Puts pictures and sound that come one after another into the order of their times, as FFmpeg's muxer does: what is oldest goes
 * out once both kinds are waiting, or once one of them has waited for the other for `MAX_INTERLEAVE_MS`. Of the same time, the
 * picture is first.
 */
export const createInterleaver = ({ sound, onTag }: { sound: boolean; onTag: (tag: FlvTag) => void }) => {
  const waiting: Record<Kind, FlvTag[]> = { video: [], audio: [] };

  const isFirst = (): Kind => {
    const [video, audio] = [waiting.video[0], waiting.audio[0]];
    if (video === undefined) return 'audio';
    return audio !== undefined && audio.timestampMs < video.timestampMs ? 'audio' : 'video';
  };
  const release = (): void => {
    const tag = waiting[isFirst()].shift();
    if (tag) onTag(tag);
  };
  /** The time that lies between the oldest and the newest that waits. */
  const waitedMs = (): number => {
    const oldest = waiting[isFirst()][0]?.timestampMs ?? 0;
    const newest = Math.max(...[waiting.video, waiting.audio].map((tags) => tags.at(-1)?.timestampMs ?? oldest));
    return newest - oldest;
  };
  const isDue = (): boolean => {
    const { video, audio } = waiting;
    if (video.length === 0 && audio.length === 0) return false;
    return !sound || (video.length > 0 && audio.length > 0) || waitedMs() > MAX_INTERLEAVE_MS;
  };

  return {
    push: (kind: Kind, tag: FlvTag): void => {
      waiting[kind].push(tag);
      while (isDue()) release();
    },
    /** Nothing more will come. */
    flush: (): void => {
      while (waiting.video.length > 0 || waiting.audio.length > 0) release();
    },
  };
};
