import type { StreamView } from '#contract/http';

/**
 * What a viewer is shown, from what is known of the stream and of the picture so far. The player is there only in the
 * states with a `kind`: before Mux says that a stream is on the air there is nothing that could be played.
 *
 *   upcoming → starting → live (⇄ interrupted) → finishing → over → recording
 */
export type PlaybackState =
  | { at: 'upcoming'; scheduledFor: string }
  | { at: 'starting' }
  | { at: 'live'; kind: 'live'; interrupted: boolean }
  /** Over for the creator; this viewer, some seconds behind, still sees the end of it. */
  | { at: 'finishing'; kind: 'live' }
  | { at: 'over'; recording: 'preparing' | 'missing' }
  /** Ended without ever having been on the air. */
  | { at: 'called-off' }
  | { at: 'recording'; kind: 'recording' };

type Known = Pick<StreamView, 'state' | 'recording' | 'scheduledFor' | 'startedAt'>;

/** @param liveUnfinished the live picture has been shown on this page and has not come to its end */
export const playbackStateOf = (
  { state, recording, scheduledFor, startedAt }: Known,
  liveUnfinished: boolean,
): PlaybackState => {
  switch (state) {
    case 'created':
      return scheduledFor === undefined ? { at: 'starting' } : { at: 'upcoming', scheduledFor };
    case 'connecting':
      return { at: 'starting' };
    case 'live':
      return { at: 'live', kind: 'live', interrupted: false };
    case 'reconnecting':
      return { at: 'live', kind: 'live', interrupted: true };
    case 'ended':
      if (liveUnfinished) return { at: 'finishing', kind: 'live' };
      if (recording === 'ready') return { at: 'recording', kind: 'recording' };
      if (startedAt === undefined && recording === 'none') return { at: 'called-off' };
      return { at: 'over', recording: recording === 'preparing' ? 'preparing' : 'missing' };
  }
};
