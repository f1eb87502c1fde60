import type { Media } from '#wire';
import { LOAD_UNITS, MORE_LOAD } from '../limits.ts';
import { type MediaFacts, type Pipeline, pipelineOf, pipelineOfCodecs } from '../media/container.ts';
import { isFast } from '../media/ffmpeg-args.ts';

/** The pipeline that a hello's codecs (RFC 6381) come to, before any media has come. */
export const declaredPipeline = ({ videoCodec, audioCodec }: Media): Pipeline =>
  pipelineOfCodecs(/^(avc[13]|h264)/i.test(videoCodec), /^(mp4a|aac)/i.test(audioCodec));

/** Whether a recording is of the codecs that were announced; how the picture lies in them the client need not know. */
export const isAsDeclared = ({ video, audio }: MediaFacts, media: Media): boolean =>
  pipelineOfCodecs(video.codec === 'h264', audio === undefined || audio.codec === 'aac') === declaredPipeline(media);

/** What a recording costs, in load units; what is decoded is dearer the larger it is. */
export const loadUnits = (facts: MediaFacts, media: Pick<Media, 'videoKbps' | 'frameRate'> | undefined): number => {
  const pipeline = pipelineOf(facts);
  if (pipeline !== 'transcode') return unitsAtLeast(pipeline, media);
  const { width, height } = facts.video;
  const morePixels = Math.max(0, width * height - MORE_LOAD.fromPixels) / 1_000_000;
  const units = LOAD_UNITS.transcode + morePixels * MORE_LOAD.perMillionPixels;
  return Math.round(units * (isFast(media?.frameRate) ? MORE_LOAD.fastFactor : 1));
};

/** What a feed of these codecs costs before its picture is known: what is copied costs by its bytes (SPEC L6). */
export const unitsAtLeast = (pipeline: Pipeline, media: Pick<Media, 'videoKbps'> | undefined): number => {
  if (pipeline === 'transcode') return LOAD_UNITS.transcode;
  const moreKbps = Math.max(0, (media?.videoKbps ?? 0) - MORE_LOAD.fromKbps);
  return LOAD_UNITS[pipeline] + Math.ceil(moreKbps / MORE_LOAD.unitKbps);
};
