import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Media } from '#wire';
import { readMatroska } from './matroska-capture.ts';
import { readMp4 } from './mp4-capture.ts';

/** A capture of a few seconds, played over and over as one show: the bytes in order, each unit when it is there. */
export type LoopedCapture = {
  name: string;
  media: Media;
  init: Buffer;
  units: (twist?: Twist) => Generator<TimedUnit>;
};
export type TimedUnit = { bytes: Buffer; startMs: number; endMs: number; key: boolean };

/**
 * What becomes of a unit when it is played: its own clock says that it was captured `laterMs` later than it was, or no camera gave
 * a picture. Neither changes when it is there.
 */
type Twist = (unit: { index: number; key: boolean }) => { laterMs?: number; soundOnly?: boolean };

/** From the last frame of one round to the first of the next: longer than any frame of sound, which must not overlap. */
const FRAME_MS = 34;

const MEDIA = {
  'h264-aac.mkv': ['matroska', 'avc1.64000c', 'mp4a.40.2'],
  'h264-aac.mp4': ['mp4', 'avc1.64000c', 'mp4a.40.2'],
  'h264-opus.mkv': ['matroska', 'avc1.42c015', 'opus'],
  'vp8-opus.webm': ['webm', 'vp8', 'opus'],
  'firefox-vp8-opus.webm': ['webm', 'vp8', 'opus'],
} as const satisfies Record<string, [Media['container'], string, string]>;
type Name = keyof typeof MEDIA;
const isKnown = (name: string): name is Name => name in MEDIA;

export const openCapture = (path: string): LoopedCapture => {
  const name = basename(path);
  if (!isKnown(name)) throw new Error(`what ${name} holds is not known`);
  const [container, videoCodec, audioCodec] = MEDIA[name];
  return toCapture({ name, container, videoCodec, audioCodec, recording: readFileSync(path) });
};

type Recording = Pick<Media, 'container' | 'videoCodec' | 'audioCodec'> & { name: string; recording: Buffer };

/** A recording of a small picture, as something to be played over and over. */
export const toCapture = ({ name, container, videoCodec, audioCodec, recording }: Recording): LoopedCapture => {
  const { init, units } = (container === 'mp4' ? readMp4 : readMatroska)(recording);
  const roundMs = Math.round(Math.max(...units.map(({ endMs }) => endMs)) + FRAME_MS);
  return {
    name,
    media: { container, videoCodec, audioCodec, width: 320, height: 180, frameRate: 30, videoKbps: 250, audioKbps: 64 },
    init,
    *units(twist: Twist = () => ({})) {
      let index = 0;
      for (let byMs = 0; ; byMs += roundMs)
        for (const unit of units) {
          const { laterMs = 0, soundOnly = false } = twist({ index: index++, key: unit.key });
          yield {
            bytes: unit.at(byMs + laterMs, soundOnly),
            startMs: unit.startMs + byMs,
            endMs: unit.endMs + byMs,
            key: unit.key && !soundOnly,
          };
        }
    },
  };
};

/** The first `bytes` of a looped capture: what a publisher has played, made anew instead of kept. */
export const regenerate = (capture: LoopedCapture, bytes: number, twist?: Twist): Buffer => {
  const parts = [capture.init];
  let held = capture.init.length;
  for (const unit of capture.units(twist)) {
    if (held >= bytes) break;
    parts.push(unit.bytes);
    held += unit.bytes.length;
  }
  return Buffer.concat(parts).subarray(0, bytes);
};
