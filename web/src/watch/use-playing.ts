import { useEffect, useState, type RefObject } from 'react';

/** What a `video` does, as its events tell it. */
export type Playing = {
  paused: boolean;
  /** It wants to go on and has nothing to show. */
  waiting: boolean;
  muted: boolean;
  volume: number;
  seconds: number;
  /** How far behind the live edge; 0 where that is not known. */
  behindSeconds: number;
  /** How far one can go on: to the end, or to the live edge. 0 until it is known. */
  durationSeconds: number;
};

const EVENTS = [
  'play',
  'playing',
  'pause',
  'waiting',
  'seeking',
  'seeked',
  'volumechange',
  'timeupdate',
  'durationchange',
  'loadeddata',
  'ended',
  'emptied',
] as const;

const initial: Playing = {
  paused: true,
  waiting: true,
  muted: false,
  volume: 1,
  seconds: 0,
  behindSeconds: 0,
  durationSeconds: 0,
};

/** @param source where the live edge is known, while there is one */
export const usePlaying = (
  video: RefObject<HTMLVideoElement | null>,
  source: RefObject<{ behindSeconds: () => number } | undefined>,
): Playing => {
  const [playing, setPlaying] = useState(initial);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    const read = () =>
      setPlaying({
        paused: element.paused,
        waiting: !element.paused && !element.ended && element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
        muted: element.muted || element.volume === 0,
        volume: element.volume,
        seconds: element.currentTime,
        behindSeconds: source.current?.behindSeconds() ?? 0,
        durationSeconds: endOf(element),
      });
    for (const name of EVENTS) element.addEventListener(name, read);
    read();
    return () => {
      for (const name of EVENTS) element.removeEventListener(name, read);
    };
  }, [video, source]);
  return playing;
};

const endOf = ({ duration, seekable }: HTMLVideoElement): number => {
  if (Number.isFinite(duration)) return duration;
  return seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
};
