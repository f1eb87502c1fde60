import type { StreamView } from '#contract/http';
import type { StreamState } from '#contract/show';
import { clockTime } from '../ui/time.tsx';
import type { useBroadcast } from '../broadcast/broadcast-provider.tsx';
import type { Translate } from '../words/translate.ts';

type Known = {
  /** What this tab does with the show. */
  at: ReturnType<typeof useBroadcast>['state']['at'];
  /** The state that the API tells everybody, viewers among them. */
  viewersState: StreamState;
  /** Media that was sent and is not known to have arrived, in milliseconds; undefined where nobody has said lately. */
  unconfirmedMs: number | undefined;
};

/** A service that confirms in large steps leaves so much open at times. */
const CONFIRMED_LATE_MS = 20_000;

/** The show's state as the studio tells it: never better than what this tab knows, and else what viewers are told. */
export const shownState = ({ at, viewersState }: Pick<Known, 'at' | 'viewersState'>): StreamState =>
  at === 'reconnecting' && viewersState === 'live' ? 'reconnecting' : viewersState;

/** What viewers have of the show just now, in a sentence. */
export const viewersText = (t: Translate<'studio'>, { at, viewersState, unconfirmedMs }: Known): string => {
  if (viewersState === 'ended') return t('viewersSeeTheEnd');
  if (viewersState === 'created' || viewersState === 'connecting') return t('viewersCannotSeeYou');
  if (viewersState === 'reconnecting') return t('viewersHoldOn');
  if (at === 'reconnecting' || at === 'ending') return t('viewersSeeBefore');
  if (unconfirmedMs !== undefined && unconfirmedMs > CONFIRMED_LATE_MS)
    return t('nothingConfirmed', { seconds: Math.round(unconfirmedMs / 1_000) });
  return t('viewersSeeYou');
};

/** How long viewers had it, in seconds: its recording's length where that is known. */
export const shownSeconds = ({
  durationSeconds,
  startedAt,
  endedAt,
}: Pick<StreamView, 'durationSeconds' | 'startedAt' | 'endedAt'>): number | undefined => {
  if (durationSeconds !== undefined) return durationSeconds;
  if (startedAt === undefined || endedAt === undefined) return undefined;
  return Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000);
};

/** Less than this is the beginning and the end, which no recording has to the second. */
const LOST_FROM_SECONDS = 3;

/** What of the show is not in its recording, in a sentence; undefined where that is not known yet. */
export const lostText = (
  t: Translate<'studio'>,
  {
    startedAt,
    endedAt,
    durationSeconds,
    trimmed,
  }: Pick<StreamView, 'durationSeconds' | 'startedAt' | 'endedAt' | 'trimmed'>,
): string | undefined => {
  // what its creator has cut off is not lost
  const recordedSeconds = trimmed ? trimmed.wholeSeconds : durationSeconds;
  if (startedAt === undefined || endedAt === undefined || recordedSeconds === undefined) return undefined;
  const lost = (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000 - recordedSeconds;
  return lost < LOST_FROM_SECONDS ? t('nothingLost') : t('didNotReach', { length: clockTime(lost) });
};

/** Where there is no point for longer than this nobody watched. */
const GAP_SECONDS = 20;

/** How many watched at a time, over the whole of a show; undefined where nobody counted. */
export const averageOf = (points: readonly { atSeconds: number; viewers: number }[]): number | undefined => {
  const end = points.at(-1)?.atSeconds;
  if (end === undefined) return undefined;
  if (end === 0) return points[0]?.viewers;
  const watched = points.reduce((sum, { atSeconds, viewers }, i) => {
    const next = points[i + 1]?.atSeconds ?? atSeconds;
    return sum + viewers * Math.min(next - atSeconds, GAP_SECONDS);
  }, 0);
  return Math.round(watched / end);
};

const ENDS = [
  'finished',
  'moderated',
  'lost-connection',
  'never-started',
  'show-too-long',
  'encoder-failed',
  'upstream-refused',
  'upstream-unreachable',
  'ended-elsewhere',
  'replaced',
] as const;

/** Why a show of one's own is over, in a sentence. */
export const endText = (
  t: Translate<'studio'>,
  { state, endedBecause }: Pick<StreamView, 'state' | 'endedBecause'>,
): string => {
  if (state !== 'ended') return t('endOf.notOver');
  return t(`endOf.${ENDS.find((end) => end === endedBecause) ?? 'fault'}`);
};

/** What there is of its recording, in a sentence. */
export const recordingText = (
  t: Translate<'studio'>,
  { state, recording, trimming, trimmed }: Pick<StreamView, 'state' | 'recording' | 'trimming' | 'trimmed'>,
): string => {
  if (state !== 'ended') return t('recordingOf.running');
  if (recording === 'ready' && trimming !== undefined)
    return t(`recordingOf.${trimming === 'preparing' ? 'trimming' : 'notTrimmed'}`);
  if (recording === 'ready' && trimmed?.wholeSeconds !== undefined)
    return t('trimmedFrom', { whole: clockTime(trimmed.wholeSeconds) });
  if (recording === 'ready') return t('recordingOf.ready');
  if (recording === 'preparing') return t('recordingOf.preparing');
  return t(recording === 'failed' ? 'recordingOf.failed' : 'recordingOf.none');
};
