import type { Snapshot } from './create-broadcast.ts';

export type Tone = 'neutral' | 'live' | 'ok' | 'warn' | 'danger';

/** A show's state in a word or two. */
export const statusOf = ({ state }: Snapshot): { text: string; tone: Tone } => {
  switch (state.at) {
    case 'connecting':
      return { text: state.now === 'starting' ? 'Starting stream…' : 'Connecting…', tone: 'neutral' };
    case 'live':
      return { text: 'Streaming…', tone: 'live' };
    case 'reconnecting':
      return { text: 'Reconnecting…', tone: 'warn' };
    case 'ending':
      return { text: 'Ending…', tone: 'neutral' };
    case 'ended':
      return { text: 'Ended', tone: 'neutral' };
    case 'failed':
      return { text: 'Stopped', tone: 'danger' };
    default:
      return { text: 'Off the air', tone: 'neutral' };
  }
};

const POOR_BACKLOG_MS = 4_000;
const FAIR_BACKLOG_MS = 1_500;
/** Of the frames that there should be. */
const FAIR_FRAMES = 0.85;

/** How the show does, in one word and, where it is not well, a sentence. */
export const qualityOf = (
  { stats, health }: Snapshot,
  frameRate: number,
): { text: string; tone: Tone; advice?: string } => {
  if (!stats) return { text: '—', tone: 'neutral' };
  if (stats.backlogMs > POOR_BACKLOG_MS || health?.warning === 'uplink-too-slow')
    return { text: 'Poor', tone: 'danger', advice: 'Your connection is too slow for this picture. Viewers may wait.' };
  if (health?.warning === 'upstream-slow' || health?.state === 'recovering' || health?.state === 'reconnecting')
    return { text: 'Fair', tone: 'warn', advice: 'The video service is slow. Nothing is lost; we keep trying.' };
  if (stats.fps > 0 && stats.fps < frameRate * FAIR_FRAMES)
    return { text: 'Fair', tone: 'warn', advice: 'This machine is busy: some pictures are left out.' };
  if (health?.warning === 'size-changed')
    return {
      text: 'Fair',
      tone: 'warn',
      advice: 'The picture’s size has changed. Some players stop at that for a moment.',
    };
  if (stats.backlogMs > FAIR_BACKLOG_MS) return { text: 'Fair', tone: 'warn' };
  return { text: 'Good', tone: 'ok' };
};

/** 1:02:03, or 02:03 within the first hour. */
export const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(seconds % 60)}`;
};
