import type { StreamView } from '#contract/http';
import type { StreamState } from '#contract/show';
import { clockTime } from '../ui/time.tsx';
import type { useBroadcast } from '../broadcast/broadcast-provider.tsx';

type Known = {
  /** What this tab does with the show. */
  at: ReturnType<typeof useBroadcast>['state']['at'];
  /** What viewers are told of it. */
  told: StreamState;
  /** Media that was sent and is not known to have arrived, in milliseconds; undefined where nobody has said lately. */
  unconfirmedMs: number | undefined;
};

/** A service that confirms in large steps leaves so much open at times. */
const CONFIRMED_LATE_MS = 20_000;

/** The show's state as the studio tells it: never better than what this tab knows, and else what viewers are told. */
export const shownState = ({ at, told }: Pick<Known, 'at' | 'told'>): StreamState =>
  at === 'reconnecting' && told === 'live' ? 'reconnecting' : told;

/** What viewers have of the show just now, in a sentence. */
export const viewersText = ({ at, told, unconfirmedMs }: Known): string => {
  if (told === 'ended') return 'Viewers see the end';
  if (told === 'created' || told === 'connecting') return 'Viewers cannot see you yet';
  if (told === 'reconnecting') return 'Viewers are asked to hold on';
  if (at === 'reconnecting') return 'Viewers still see what was sent before';
  if (unconfirmedMs !== undefined && unconfirmedMs > CONFIRMED_LATE_MS)
    return `Of the last ${Math.round(unconfirmedMs / 1_000)} seconds nothing has been confirmed yet`;
  return 'Viewers can see you';
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
export const lostText = ({
  startedAt,
  endedAt,
  durationSeconds,
}: Pick<StreamView, 'durationSeconds' | 'startedAt' | 'endedAt'>): string | undefined => {
  if (startedAt === undefined || endedAt === undefined || durationSeconds === undefined) return undefined;
  const lost = (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000 - durationSeconds;
  return lost < LOST_FROM_SECONDS ? 'Nothing' : `${clockTime(lost)} did not reach viewers`;
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

const ENDS: Record<string, string> = {
  finished: 'You ended it.',
  moderated: 'A moderator ended it.',
  'lost-connection': 'The connection was lost and did not come back in time.',
  'never-started': 'It never began.',
  'show-too-long': 'It had reached the longest that a show may be.',
  'encoder-failed': 'The video could not be processed any more.',
  'upstream-refused': 'The video service did not take it any more.',
  'upstream-unreachable': 'The video service could not be reached.',
  'ended-elsewhere': 'It was ended from another place.',
  replaced: 'It was taken over by another tab or device, which ended it.',
};

/** Why a show of one's own is over, in a sentence. */
export const endText = ({ state, endedBecause = '' }: Pick<StreamView, 'state' | 'endedBecause'>): string =>
  state === 'ended' ? (ENDS[endedBecause] ?? 'It ended because of a fault.') : 'It is not over yet.';

/** What there is of its recording, in a sentence. */
export const recordingText = ({ state, recording }: Pick<StreamView, 'state' | 'recording'>): string => {
  if (state !== 'ended') return 'It is made while the show runs.';
  if (recording === 'ready') return 'Ready to watch.';
  if (recording === 'preparing') return 'It is being prepared, which takes a minute or two.';
  return recording === 'failed' ? 'It could not be made.' : 'There is none.';
};
