import type { Ingest } from './connections.ts';

/** A show at the sink, held against what the page gave its encoder. */
export type FrameComparison = {
  /** Pictures that the encoder was given. */
  encoded: number;
  /** Of those, pictures that did not come. */
  missing: number;
  doubled: number;
  /** Places of the even timeline between the first and the last picture that nothing stands in. */
  holes: number;
  arrived: { video: number; audio: number };
  /** Whole frames that fit into the gaps of the sound. */
  missingAudio: number;
  largestGapMs: { video: number; audio: number };
  /** By how much the sound is longer than the picture. */
  avMs: number;
};

/** A show begins at this time at the sink: RTMP has no times below zero, and sound may begin before the picture. */
const OFFSET_MS = 100;
const FRAME_RATE = 30;
/** How many samples AAC packs into a frame. */
const AAC_SAMPLES = 1_024;
const MICROSECONDS = 1e6;

const gaps = (times: readonly number[]) => times.slice(1).map((time, i) => time - (times[i] ?? 0));

export const compareFrames = (
  { video, audio }: Pick<Ingest, 'video' | 'audio'>,
  pictures: readonly number[],
  sampleRate = 48_000,
): FrameComparison => {
  const places = video.timestampsMs.map((ms) => Math.round(((ms - OFFSET_MS) * FRAME_RATE) / 1000));
  const come = new Set(places);
  const given = new Set(pictures.map((time) => Math.round((time * FRAME_RATE) / MICROSECONDS)));
  const [first = 0, last = 0] = [places[0], places.at(-1)];
  const soundMs = (AAC_SAMPLES * 1000) / sampleRate;
  return {
    encoded: given.size,
    missing: [...given].filter((place) => !come.has(place)).length,
    doubled: video.doubled + places.length - come.size,
    holes: last - first + 1 - come.size,
    arrived: { video: video.frames, audio: audio.frames },
    missingAudio: gaps(audio.timestampsMs).reduce((sum, gap) => sum + Math.round(gap / soundMs) - 1, 0),
    largestGapMs: { video: video.largestGapMs, audio: audio.largestGapMs },
    avMs: (audio.lastMs ?? 0) - (video.lastMs ?? 0),
  };
};
