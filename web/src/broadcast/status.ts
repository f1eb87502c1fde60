import type { Account } from './broadcast.ts';
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

type Quality = { text: string; tone: Tone; advice?: string };

/** How the show does, in one word and, where it is not well, a sentence; each number in it was measured. */
export const qualityOf = ({ state, cause }: Pick<Snapshot, 'state' | 'cause'>): Quality => {
  // the banner says what is to be said of it
  if (state.at === 'reconnecting') return { text: 'Not connected', tone: 'warn' };
  switch (cause.is) {
    case 'unknown':
      return { text: '—', tone: 'neutral' };
    case 'machine-busy':
      return {
        text: 'Fair',
        tone: 'warn',
        advice: `This machine is busy: ${countText(cause.pictures, 'picture was', 'pictures were')} left out in the last seconds.`,
      };
    case 'upload-slow':
      return {
        text: 'Poor',
        tone: 'danger',
        advice: `Your upload is slower than your video: ${secondsWait(cause.waitingMs)} here.`,
      };
    case 'service-slow':
      return {
        text: 'Fair',
        tone: 'warn',
        advice: `The video service takes your show slowly: ${secondsWait(cause.waitingMs)} for it.`,
      };
    case 'catching-up':
      return { text: 'Fair', tone: 'warn', advice: `Catching up: ${secondsAre(cause.waitingMs)} still to be sent.` };
    case 'size-changed':
      return {
        text: 'Fair',
        tone: 'warn',
        advice: 'The picture’s size has changed. Some players stop at that for a moment.',
      };
    case 'well':
      return { text: 'Good', tone: 'ok' };
  }
};

const secondsWait = (ms: number): string => countText(Math.round(ms / 1_000), 'second waits', 'seconds wait');

const countText = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;

/** "1 second is", "75 seconds are". */
export const secondsAre = (ms: number): string => countText(Math.round(ms / 1_000), 'second is', 'seconds are');

/** "1 second", "75 seconds": a length that a sentence tells. */
export const secondsText = (ms: number): string => countText(Math.round(ms / 1_000), 'second', 'seconds');

type Ended = Pick<Snapshot, 'stats' | 'skippedMs'> & { account: Account; whole: boolean };

/** What became of a show: its length, how much of it is known to have been published, what is missing and why. */
export const accountText = ({ account, whole, stats, skippedMs }: Ended): string => {
  const { lengthMs, unconfirmedMs = 0 } = account;
  const sentences: string[] = [];
  const missingMs = skippedMs + unconfirmedMs;
  if (whole && missingMs === 0) sentences.push('Everything was sent.');
  if (lengthMs === undefined) return sentences.join(' ') || 'It had not begun.';
  const length = clockText(lengthMs);
  if (missingMs === 0)
    sentences.push(whole ? `The show lasted ${length}, and all of it was published.` : `The show lasted ${length}.`);
  else {
    const published = clockText(Math.max(0, lengthMs - missingMs));
    sentences.push(`The show lasted ${length}, and ${published} of it were published for certain.`);
  }
  if (skippedMs > 0)
    sentences.push(`${secondsAre(skippedMs)} missing: the network was away for longer than could be kept here.`);
  if (unconfirmedMs > 0)
    sentences.push(
      `Of the last ${secondsText(Math.ceil(unconfirmedMs / 1_000) * 1_000)} the video service has not confirmed that they arrived.`,
    );
  const pictures = stats?.droppedFrames ?? 0;
  if (pictures > 0)
    sentences.push(`${countText(pictures, 'picture was', 'pictures were')} left out, because this machine was busy.`);
  return sentences.join(' ');
};

/** 1:02:03, or 02:03 within the first hour. */
export const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(seconds % 60)}`;
};
