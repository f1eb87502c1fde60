import { fileURLToPath } from 'node:url';
import { openCapture } from './capture.ts';

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
