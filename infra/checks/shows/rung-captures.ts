import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type LoopedCapture, openCapture, toCapture } from './capture.ts';

/** What a browser sends, by rung of the ladder, each recorded from one. */
export const RUNGS = {
  '1': 'h264-aac.mkv',
  '2': 'h264-aac.mp4',
  '3': 'h264-opus.mkv',
  '4': 'vp8-opus.webm',
  '4-firefox': 'firefox-vp8-opus.webm',
} as const;
export type Rung = keyof typeof RUNGS;
export const isRung = (name: string): name is Rung => name in RUNGS;

/** The capture of a rung, played over and over. */
export const openRung = (rung: Rung) =>
  openCapture(fileURLToPath(new URL(`../../../ingest-worker/fixtures/${RUNGS[rung]}`, import.meta.url)));

const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-sc_threshold', '0'];
const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-auto-alt-ref', '0', '-lag-in-frames', '0'];
const AAC = ['-c:a', 'aac', '-b:a', '64k'];
const OPUS = ['-c:a', 'libopus', '-b:a', '64k'];
/** A cluster, or a fragment, a second. */
const CLUSTERS = ['-cluster_time_limit', '1000', '-f'];
const FRAGMENTS = ['-movflags', 'empty_moov+default_base_moof', '-frag_duration', '1000000', '-f', 'mp4'];
const SLIDES = {
  '1': { video: X264, audio: AAC, to: [...CLUSTERS, 'matroska'] },
  '2': { video: X264, audio: AAC, to: FRAGMENTS },
  '3': { video: X264, audio: OPUS, to: [...CLUSTERS, 'matroska'] },
  '4': { video: VP8, audio: OPUS, to: [...CLUSTERS, 'webm'] },
  '4-firefox': { video: VP8, audio: OPUS, to: [...CLUSTERS, 'webm'] },
} as const satisfies Record<Rung, object>;
const NEVER = '100000';
const SLIDES_BYTES = 64 * 1024 * 1024;

/** Slides of a rung: a picture a second, sound, and no key frame but the first for `seconds`. */
export const makeSlides = async (rung: Rung, seconds: number): Promise<LoopedCapture> => {
  const { video, audio, to } = SLIDES[rung];
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=1'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000'];
  const length = ['-t', String(seconds), '-pix_fmt', 'yuv420p', '-g', NEVER, '-keyint_min', NEVER];
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    ['-v', 'error', ...picture, ...sound, ...length, ...video, ...audio, ...to, 'pipe:1'],
    { encoding: 'buffer', maxBuffer: SLIDES_BYTES },
  );
  const { media } = openRung(rung);
  return toCapture({ ...media, name: `slides of rung ${rung}`, recording: stdout });
};
