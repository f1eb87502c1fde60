import type { StreamState } from '#contract/show';
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
