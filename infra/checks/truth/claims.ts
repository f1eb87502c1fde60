import type { StreamState } from '#contract/show';
import { qualityOf, statusOf } from '../../../web/src/broadcast/status.ts';
import type { Snapshot } from '../../../web/src/broadcast/create-broadcast.ts';
import { shownState, viewersText } from '../../../web/src/studio/show-words.ts';
import { english } from './english.ts';

/** What is so, at one moment of a show; times of its media in milliseconds. */
export type Truth = {
  /** How far the recorder was. */
  recordedMs: number;
  /** How far the picture was at the sink. */
  arrivedMs: number;
  /** When the newest picture came there. */
  arrivedAgoMs: number;
};

/** A sentence that the studio says, and whether it is so. What only the end shows is asked of `whole`: nothing recorded is missing. */
export type Claim = { text: string; holds: (truth: Truth, whole: boolean) => boolean };

/** All is well as long as viewers are this little later than usual. */
const WELL_MS = 5_000;
/** What is told in whole seconds once a second, of a clock that goes on meanwhile. */
const ROUGHLY_MS = 3_000;
/** The buffer of a player: for so long it shows what came before. */
const BUFFERED_MS = 20_000;
/** Media on its way when all is well. */
const ON_ITS_WAY_MS = 1_500;

const studio = english('studio');
const broadcast = english('broadcast');

const delayOf = ({ recordedMs, arrivedMs }: Truth): number => recordedMs - arrivedMs;

/** What the page says of the show's state and health. */
const ofHealth = (snapshot: Snapshot): Claim[] => {
  const { state, cause } = snapshot;
  const { text, advice } = qualityOf(broadcast, snapshot);
  const said = `${statusOf(broadcast, snapshot).text} ${text}${advice === undefined ? '' : `: ${advice}`}`;
  if (state.at === 'reconnecting')
    return [{ text: said, holds: (truth) => delayOf(truth) > ON_ITS_WAY_MS || truth.arrivedAgoMs > 500 }];
  if (state.at !== 'live') return [];
  switch (cause.is) {
    case 'well':
      return [{ text: said, holds: (truth) => delayOf(truth) < WELL_MS }];
    case 'upload-slow':
    case 'catching-up':
      return [{ text: said, holds: (truth) => cause.waitingMs < delayOf(truth) + ROUGHLY_MS }];
    case 'service-slow':
      return [{ text: said, holds: (truth) => Math.abs(cause.waitingMs - delayOf(truth)) < ROUGHLY_MS }];
    case 'machine-busy':
      // The recording is played, not encoded: no picture was left out.
      return [{ text: said, holds: () => false }];
    case 'size-changed':
    case 'unknown':
      return [];
  }
};

/** What the banner says while there is no connection. */
const ofOutage = ({ state, stats, skippedMs }: Snapshot): Claim[] => {
  if (state.at !== 'reconnecting') return [];
  const keptMs = stats?.backlogMs ?? 0;
  return [
    {
      text: broadcast('keptHere', { seconds: Math.round(keptMs / 1_000) }),
      holds: (truth, whole) => (whole || skippedMs > 0) && keptMs < delayOf(truth) + ROUGHLY_MS,
    },
    ...(skippedMs === 0
      ? [{ text: broadcast('keepGoingNothingIsLost'), holds: (_: Truth, whole: boolean) => whole }]
      : []),
  ];
};

/** What the panel says that viewers have. */
const ofViewers = ({ state, health }: Snapshot, viewersState: StreamState): Claim[] => {
  const known = { at: state.at, viewersState, unconfirmedMs: health?.unacknowledgedMs };
  const text = `${shownState(known)}: ${viewersText(studio, known)}`;
  const shown = viewersText(studio, known);
  if (shown === studio('viewersSeeYou')) return [{ text, holds: ({ arrivedAgoMs }) => arrivedAgoMs < BUFFERED_MS }];
  if (shown === studio('viewersCannotSeeYou'))
    return [{ text, holds: ({ arrivedMs }) => arrivedMs < ON_ITS_WAY_MS * 4 }];
  // What is sent before the end is all that there is to come.
  if (state.at === 'ending') return [];
  // Whoever is asked to hold on gets nothing new.
  if (shown === studio('viewersHoldOn') || shown === studio('viewersSeeBefore'))
    return [{ text, holds: (truth) => delayOf(truth) > ON_ITS_WAY_MS || truth.arrivedAgoMs > 500 }];
  return [];
};

/** All that the studio says of a running show. */
export const claimsOf = (snapshot: Snapshot, viewersState: StreamState): Claim[] => [
  ...ofHealth(snapshot),
  ...ofOutage(snapshot),
  ...ofViewers(snapshot, viewersState),
];
