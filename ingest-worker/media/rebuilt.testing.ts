import { createMatroskaSamples } from './matroska-samples.ts';
import * as mkv from './matroska.testing.ts';
import { HEAD_BYTES, type Sample, type SetUps } from './samples.ts';

/** One picture or one frame of sound as it lies in a container. */
export type Medium = Pick<Sample, 'kind' | 'atMs' | 'key'> & { bytes: Buffer };

/** A recording in Matroska taken apart, to be put together again as another writer would. */
export const takeApart = (recording: Buffer): { setUps: SetUps; media: Medium[] } => {
  let setUps: SetUps = { video: undefined, audio: undefined };
  const media: Medium[] = [];
  createMatroskaSamples({
    onSetUps: (found) => (setUps = found),
    onSample: ({ body, ...sample }) => media.push({ ...sample, bytes: body.subarray(HEAD_BYTES[sample.kind]) }),
  }).push(recording);
  return { setUps, media };
};

const CODEC_PRIVATE = 0x63a2;
const CLUSTER_MS = 1_000;

/** A track with the decoder's set-up in it, where there is one. */
export const trackWith = (kind: 'video' | 'audio', codec: string, setUp?: Buffer): Buffer =>
  mkv.track(kind, codec, { ...(setUp && { extra: mkv.element(CODEC_PRIVATE, setUp) }) });

const blockOf = ({ kind, atMs, key, bytes }: Medium, fromMs: number): Buffer => {
  const head = Buffer.from([kind === 'video' ? 0x81 : 0x82, 0, 0, key ? 0x80 : 0]);
  head.writeInt16BE(atMs - fromMs, 1);
  return mkv.element(0xa3, head, bytes);
};

/** A recording of these media, in clusters of a second, each key frame at the beginning of one. */
export const rebuild = (tracks: Buffer[], media: readonly Medium[]): Buffer => {
  const clusters: Medium[][] = [];
  for (const medium of media) {
    const cluster = clusters.at(-1);
    const beginsMs = cluster?.[0]?.atMs ?? -Infinity;
    if (!cluster || medium.key || medium.atMs - beginsMs > CLUSTER_MS) clusters.push([medium]);
    else cluster.push(medium);
  }
  const written = clusters.map((cluster) => {
    const fromMs = Math.max(0, cluster[0]?.atMs ?? 0);
    return mkv.cluster(fromMs, ...cluster.map((medium) => blockOf(medium, fromMs)));
  });
  return Buffer.concat([mkv.init({ docType: 'matroska', tracks }), ...written]);
};
