import type { Account } from './broadcast.ts';
import type { Snapshot } from './create-broadcast.ts';
import type { Translate } from '../words/translate.ts';

export type Tone = 'neutral' | 'live' | 'ok' | 'warn' | 'danger';

/** A show's state in a word or two. */
export const statusOf = (t: Translate<'broadcast'>, { state }: Snapshot): { text: string; tone: Tone } => {
  switch (state.at) {
    case 'connecting':
      return { text: t(state.now === 'starting' ? 'status.starting' : 'status.connecting'), tone: 'neutral' };
    case 'live':
      return { text: t('status.streaming'), tone: 'live' };
    case 'reconnecting':
      return { text: t('status.reconnecting'), tone: 'warn' };
    case 'ending':
      return { text: t('status.ending'), tone: 'neutral' };
    case 'ended':
      return { text: t('status.ended'), tone: 'neutral' };
    case 'failed':
      return { text: t('status.stopped'), tone: 'danger' };
    default:
      return { text: t('status.off'), tone: 'neutral' };
  }
};

type Quality = { text: string; tone: Tone; advice?: string };

/** How the show does, in one word and, where it is not well, a sentence; each number in it was measured. */
export const qualityOf = (t: Translate<'broadcast'>, { state, cause }: Pick<Snapshot, 'state' | 'cause'>): Quality => {
  // the banner says what is to be said of it
  if (state.at === 'reconnecting') return { text: t('quality.notConnected'), tone: 'warn' };
  switch (cause.is) {
    case 'unknown':
      return { text: '—', tone: 'neutral' };
    case 'machine-busy':
      return {
        text: t('quality.fair'),
        tone: 'warn',
        advice: t('advice.machineBusy', { pictures: cause.pictures }),
      };
    case 'upload-slow':
      return {
        text: t('quality.poor'),
        tone: 'danger',
        advice: t('advice.uploadSlow', { seconds: wholeSeconds(cause.waitingMs) }),
      };
    case 'service-slow':
      return {
        text: t('quality.fair'),
        tone: 'warn',
        advice: t('advice.serviceSlow', { seconds: wholeSeconds(cause.waitingMs) }),
      };
    case 'catching-up':
      return {
        text: t('quality.fair'),
        tone: 'warn',
        advice: t('advice.catchingUp', { seconds: wholeSeconds(cause.waitingMs) }),
      };
    case 'size-changed':
      return {
        text: t('quality.fair'),
        tone: 'warn',
        advice: t('advice.sizeChanged'),
      };
    case 'well':
      return { text: t('quality.good'), tone: 'ok' };
  }
};

/** A length as a sentence tells it. */
export const wholeSeconds = (ms: number): number => Math.round(ms / 1_000);

type Ended = Pick<Snapshot, 'stats' | 'skippedMs'> & { account: Account; whole: boolean };

/** What became of a show: its length, how much of it is known to have been published, what is missing and why. */
export const accountText = (t: Translate<'broadcast'>, { account, whole, stats, skippedMs }: Ended): string => {
  const { lengthMs, unconfirmedMs = 0, stillMs = 0, endedInStillMs } = account;
  const sentences: string[] = [];
  const missingMs = skippedMs + unconfirmedMs + stillMs;
  if (whole && skippedMs + unconfirmedMs === 0) sentences.push(t('account.allSent'));
  if (lengthMs === undefined) return sentences.join(' ') || t('account.notBegun');
  const length = clockText(lengthMs);
  if (missingMs === 0) sentences.push(whole ? t('account.lastedAll', { length }) : t('account.lasted', { length }));
  else {
    const published = clockText(Math.max(0, lengthMs - missingMs));
    sentences.push(t('account.lastedPart', { length, published }));
  }
  if (stillMs > 0) sentences.push(t('account.stoodStill', { length: clockText(stillMs) }));
  if (skippedMs > 0) sentences.push(t('account.missing', { seconds: wholeSeconds(skippedMs) }));
  if (unconfirmedMs > 0) sentences.push(t('account.unconfirmed', { seconds: Math.ceil(unconfirmedMs / 1_000) }));
  if (endedInStillMs !== undefined) sentences.push(t('account.endedInStill', { length: clockText(endedInStillMs) }));
  const pictures = stats?.droppedFrames ?? 0;
  if (pictures > 0) sentences.push(t('account.dropped', { pictures }));
  return sentences.join(' ');
};

/** 1:02:03, or 02:03 within the first hour. */
export const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(seconds % 60)}`;
};
