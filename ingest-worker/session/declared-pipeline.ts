import type { Media } from '#wire';
import type { Pipeline } from '../media/container.ts';

/** The pipeline that a hello's codecs (RFC 6381) come to, before any media has come. */
export const declaredPipeline = ({ videoCodec, audioCodec }: Media): Pipeline => {
  if (!/^(avc[13]|h264)/i.test(videoCodec)) return 'transcode';
  return /^(mp4a|aac)/i.test(audioCodec) ? 'copy' : 'copy-video';
};
