import { RUNGS, type Container, type Media, type Rung } from '#wire';
import type { Limits } from '../limits.ts';

/** One way of encoding that a browser has shown to work. */
export type Plan = { rung: Rung; media: Media } & (
  | { by: 'webcodecs'; videoCodec: string }
  | { by: 'recorder'; mimeType: string }
);

/** What can be tried, cheapest for the ingest worker first. */
export type Candidate = { rung: Rung; by: 'webcodecs' } | { rung: Rung; by: 'recorder'; mimeType: string };

/** Within a rung, Matroska before MP4: a recorder writes MP4 a group of pictures at a time, which costs seconds of delay. */
const CANDIDATES: readonly Candidate[] = [
  { rung: 'webcodecs', by: 'webcodecs' },
  { rung: 'recorder-copy', by: 'recorder', mimeType: 'video/x-matroska;codecs=avc1,mp4a.40.2' },
  { rung: 'recorder-copy', by: 'recorder', mimeType: 'video/mp4;codecs=avc1.4D401F,mp4a.40.2' },
  { rung: 'recorder-copy', by: 'recorder', mimeType: 'video/mp4;codecs=avc1.42E01F,mp4a.40.2' },
  { rung: 'recorder-copy-video', by: 'recorder', mimeType: 'video/x-matroska;codecs=avc1,opus' },
  { rung: 'recorder-copy-video', by: 'recorder', mimeType: 'video/webm;codecs=h264,opus' },
  { rung: 'recorder-transcode', by: 'recorder', mimeType: 'video/webm;codecs=vp8,opus' },
  { rung: 'recorder-transcode', by: 'recorder', mimeType: 'video/webm' },
];

/** What `?rung=` says: a rung's name or its number. */
export const parseRung = (text: string | null | undefined): Rung | undefined =>
  Object.entries(RUNGS).find(([number, name]) => text === name || text === number)?.[1];

/** What a trial encode brought to light; nothing where it did not work. */
export type Trial = { container: Container; videoCodec: string; audioCodec: string } | undefined;

export type Probes = {
  webcodecs: () => Promise<Trial>;
  recorder: (mimeType: string) => Promise<Trial>;
};

type PlanLimits = Pick<Limits, 'width' | 'height' | 'frameRate' | 'videoKbps' | 'audioKbps'>;

type Wish = {
  /** Tries no other rung than this. */
  only?: Rung | undefined;
  /** Tries none of these: they have failed in the middle of a show. */
  without?: readonly Rung[];
};

/** The first candidate that passes its trial: what a browser claims of itself is not enough, and its name even less. */
export const choosePlan = async (
  probes: Probes,
  limits: PlanLimits,
  { only, without = [] }: Wish = {},
): Promise<Plan | undefined> => {
  const { width, height, frameRate, videoKbps, audioKbps } = limits;
  for (const candidate of CANDIDATES) {
    if ((only !== undefined && candidate.rung !== only) || without.includes(candidate.rung)) continue;
    const trial = await (candidate.by === 'webcodecs' ? probes.webcodecs() : probes.recorder(candidate.mimeType));
    if (!trial) continue;
    const media: Media = { ...trial, width, height, frameRate, videoKbps, audioKbps };
    return candidate.by === 'webcodecs'
      ? { rung: candidate.rung, by: 'webcodecs', videoCodec: trial.videoCodec, media }
      : { rung: candidate.rung, by: 'recorder', mimeType: candidate.mimeType, media };
  }
  return undefined;
};

/** What a recorder's real `mimeType` says: it may differ from the one that was asked for. */
export const parseMimeType = (mimeType: string): Trial => {
  const [type = '', ...parameters] = mimeType.toLowerCase().split(';');
  const codecs = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('codecs='));
  const [videoCodec, audioCodec] = (codecs ?? '').replace('codecs=', '').replaceAll('"', '').split(',');
  const container = { 'video/webm': 'webm', 'video/x-matroska': 'matroska', 'video/mp4': 'mp4' } as const;
  const known = Object.entries(container).find(([name]) => name === type.trim())?.[1];
  if (!known || !videoCodec || !audioCodec) return undefined;
  return { container: known, videoCodec: videoCodec.trim(), audioCodec: audioCodec.trim() };
};
