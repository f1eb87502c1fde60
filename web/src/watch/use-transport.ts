import type { RefObject } from 'react';
import { useTranslations } from 'use-intl';
import { useNow } from '../ui/time.tsx';
import type { Attached } from './hls-source.ts';
import type { Playing } from './use-playing.ts';

/** What the live playlist surely still holds; further back is played from the recording so far. */
const LIVE_WINDOW_SECONDS = 15;

type Parts = {
  kind: 'live' | 'recording';
  /** Whether all of a live show so far can be played. */
  hasDvr: boolean;
  /** When a live show began. */
  startedAt: string | undefined;
  playing: Playing;
  /** Gone back in a live show: where to, in seconds of what there is so far. */
  rewound: { seconds: number } | undefined;
  onRewound: (to: { seconds: number } | undefined) => void;
  /** Says in words what was done. */
  say: (text: string) => void;
};

/** Play, pause, and where in it: of a recording all of it, of a live show what there is so far. */
export const useTransport = (
  videoRef: RefObject<HTMLVideoElement | null>,
  attachedRef: RefObject<Attached | undefined>,
  { kind, hasDvr, startedAt, playing, rewound, onRewound, say }: Parts,
) => {
  const t = useTranslations('watch');
  const nowMs = useNow(1_000);
  const elapsed = startedAt === undefined ? 0 : Math.max(0, (nowMs - Date.parse(startedAt)) / 1_000);
  const canRewind = kind === 'live' && hasDvr && elapsed > LIVE_WINDOW_SECONDS;
  /** Where one can go, in seconds; undefined where one can only watch. */
  const timeline =
    kind === 'recording' || rewound
      ? { at: playing.seconds, end: playing.durationSeconds }
      : canRewind
        ? { at: Math.max(0, elapsed - playing.behindSeconds), end: elapsed }
        : undefined;

  const toLiveEdge = () => {
    if (rewound) onRewound(undefined);
    else attachedRef.current?.toLiveEdge();
    void videoRef.current?.play().catch(() => {});
  };

  /** @param seconds of the timeline that the bar shows */
  const seekTo = (seconds: number) => {
    const element = videoRef.current;
    if (!element) return;
    if (kind === 'recording' || rewound) {
      element.currentTime = Math.min(Math.max(0, seconds), playing.durationSeconds);
      return;
    }
    if (!timeline) return;
    const back = timeline.at - seconds;
    const behind = timeline.end - seconds;
    if (behind < LIVE_WINDOW_SECONDS && back > 0) element.currentTime = Math.max(0, element.currentTime - back);
    else if (behind < 1) toLiveEdge();
    else if (back < 0) element.currentTime -= back;
    else onRewound({ seconds: Math.max(0, seconds) });
  };

  const seekBy = (seconds: number) => {
    if (!timeline) return;
    seekTo(timeline.at + seconds);
    say(seconds < 0 ? t('backS', { seconds: -seconds }) : t('onS', { seconds }));
  };

  const toggle = () => {
    const element = videoRef.current;
    if (!element) return;
    if (!element.paused) return element.pause();
    if (kind === 'live' && !rewound) {
      // What was on the air while this was paused is over, unless it can be gone back to.
      if (canRewind && playing.behindSeconds > LIVE_WINDOW_SECONDS)
        return onRewound({ seconds: Math.max(0, elapsed - playing.behindSeconds) });
      attachedRef.current?.toLiveEdge();
    }
    void element.play().catch(() => {});
  };

  return { timeline, toggle, seekTo, seekBy, toLiveEdge };
};
