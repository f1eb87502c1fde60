import type { RefObject } from 'react';
import { useTranslations } from 'use-intl';
import type { Remembered } from './player-memory.ts';
import type { Playing } from './use-playing.ts';

type Parts = {
  playing: Playing;
  remember: (change: Partial<Remembered>) => void;
  /** Says in words what was done. */
  say: (text: string) => void;
  /** The viewer has chosen how loud it is. */
  onChosen: () => void;
};

/** How loud a video is, and that a browser remembers it. */
export const useSound = (videoRef: RefObject<HTMLVideoElement | null>, { playing, remember, say, onChosen }: Parts) => {
  const t = useTranslations('watch');

  const mute = () => {
    const element = videoRef.current;
    if (!element) return;
    element.muted = !element.muted;
    if (!element.muted && element.volume === 0) element.volume = 1;
    remember({ muted: element.muted, volume: element.volume });
    say(element.muted ? t('soundOff') : t('soundOn'));
    onChosen();
  };

  const setVolume = (volume: number) => {
    const element = videoRef.current;
    if (!element) return;
    element.volume = volume;
    element.muted = volume === 0;
    onChosen();
    remember({ volume, muted: element.muted });
  };

  const louder = (by: number) => {
    const volume = Math.min(1, Math.max(0, Math.round(((playing.muted ? 0 : playing.volume) + by) * 10) / 10));
    setVolume(volume);
    say(t('volumePercent', { percent: Math.round(volume * 100) }));
  };

  return { mute, setVolume, louder };
};
