import { RUNGS, type Container, type Media, type Rung } from '#wire';
import type { Limits } from '../limits.ts';
import type { PictureLimits } from '../picture/format.ts';
import { fitsUplink, keepsUp, type Pace } from './pace.ts';

/** One way of encoding that a browser has shown to work. */
export type Plan = {
  rung: Rung;
  media: Media;
  /** Why the picture is not the one that was wished; nothing where it is. */
  because?: Lesser | undefined;
} & ({ by: 'webcodecs'; videoCodec: string } | { by: 'recorder'; mimeType: string });

/**
 * Why a picture comes down: the encoder would not keep up, or not take it at all; the network would not carry it; only a
 * recorder works here, whose pace nobody can try beforehand.
 */
export type Lesser = 'encoder' | 'uplink' | 'recorder';

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
  /** @param picture what it is to encode */
  webcodecs: (picture: PictureLimits) => Promise<(NonNullable<Trial> & Pace) | undefined>;
  recorder: (mimeType: string) => Promise<Trial>;
  /** What the network carries upwards; nothing where that could not be found out. */
  uplinkKbps: () => Promise<number | undefined>;
};

type Wish = {
  /** Tries no other rung than this. */
  only?: Rung | undefined;
  /** Tries none of these: they have failed in the middle of a show. */
  without?: readonly Rung[];
};

/** What a recorder is trusted with, untried. */
const RECORDER_MOST = { pixels: 1280 * 720, frameRate: 30 };

type Tried = { trial: NonNullable<Trial>; picture: PictureLimits; because: Lesser | undefined };

const pixelsASecond = ({ width, height, frameRate }: PictureLimits) => width * height * frameRate;

/** The first picture that the browser's encoder holds, or else the least of those that it makes at all. */
const tryPictures = async (
  { webcodecs, uplinkKbps }: Probes,
  pictures: readonly PictureLimits[],
  audioKbps: number,
): Promise<Tried | undefined> => {
  const uplink = await uplinkKbps();
  let because: Lesser | undefined;
  let least: Tried | undefined;
  /** Pixels that the encoder has been seen to make in a second: what needs more of them need not be tried. */
  let holds = Infinity;
  for (const picture of pictures) {
    const isLast = picture === pictures.at(-1);
    if (!isLast && !fitsUplink(picture.videoKbps, audioKbps, uplink)) {
      because = 'uplink';
      continue;
    }
    if (!isLast && pixelsASecond(picture) > holds) continue;
    const found = await webcodecs(picture);
    if (found) {
      const { picturesASecond, ...trial } = found;
      holds = pixelsASecond(picture) * (picturesASecond / picture.frameRate);
      least = { trial, picture, because };
      if (keepsUp({ picturesASecond }, picture.frameRate)) return least;
    }
    because = 'encoder';
  }
  return least;
};

const forRecorder = (pictures: readonly PictureLimits[]): Omit<Tried, 'trial'> | undefined => {
  const fits = ({ width, height, frameRate }: PictureLimits) =>
    width * height <= RECORDER_MOST.pixels && frameRate <= RECORDER_MOST.frameRate;
  const picture = pictures.find(fits) ?? pictures.at(-1);
  return picture && { picture, because: picture === pictures[0] ? undefined : 'recorder' };
};

/**
 * The first candidate that passes its trial: what a browser claims of itself is not enough, and its name even less.
 *
 * @param pictures what the picture may be, the wished one first
 */
export const choosePlan = async (
  probes: Probes,
  pictures: readonly PictureLimits[],
  { audioKbps }: Pick<Limits, 'audioKbps'>,
  { only, without = [] }: Wish = {},
): Promise<Plan | undefined> => {
  for (const candidate of CANDIDATES) {
    if ((only !== undefined && candidate.rung !== only) || without.includes(candidate.rung)) continue;
    if (candidate.by === 'webcodecs') {
      const tried = await tryPictures(probes, pictures, audioKbps);
      if (!tried) continue;
      const { trial, picture, because } = tried;
      const media = { ...trial, ...picture, audioKbps };
      return { rung: candidate.rung, by: 'webcodecs', videoCodec: trial.videoCodec, media, because };
    }
    const trial = await probes.recorder(candidate.mimeType);
    const recorded = forRecorder(pictures);
    if (!trial || !recorded) continue;
    const { picture, because } = recorded;
    const media = { ...trial, ...picture, audioKbps };
    return { rung: candidate.rung, by: 'recorder', mimeType: candidate.mimeType, media, because };
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
