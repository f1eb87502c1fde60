import type { RefObject } from 'react';
import { useTranslations } from 'use-intl';
import type { Attached } from './hls-source.ts';
import type { Remembered } from './player-memory.ts';
import type { PlayerChoices } from './player-settings.tsx';
import { useCaptions } from './use-captions.ts';

type Parts = {
  kind: 'live' | 'recording';
  memory: Remembered;
  remember: (change: Partial<Remembered>) => void;
  /** In lines, the best first. */
  qualities: readonly number[];
  /** Says in words what was done. */
  say: (text: string) => void;
  onKeys: () => void;
};

/** How the picture is played, as far as one can choose: quality, captions, speed. A browser remembers each. */
export const useChoices = (
  videoRef: RefObject<HTMLVideoElement | null>,
  attachedRef: RefObject<Attached | undefined>,
  { kind, memory, remember, qualities, say, onKeys }: Parts,
) => {
  const t = useTranslations('watch');
  const { tracks, shown: captionsShown } = useCaptions(videoRef, memory.captions);

  const showCaptions = (language: string | null) => {
    remember({ captions: language });
    say(language === null ? t('captionsOff') : t('captionsOn'));
  };
  const toggleCaptions = () => {
    const [first] = tracks;
    if (!first) return say(t('thereAreNoCaptions'));
    showCaptions(captionsShown ? null : first.language);
  };

  const choices: PlayerChoices = {
    qualities,
    quality: memory.quality,
    onQuality: (quality) => {
      attachedRef.current?.setQuality(quality);
      remember({ quality });
    },
    captions: tracks,
    language: memory.captions,
    onLanguage: showCaptions,
    speed: kind === 'recording' ? memory.speed : undefined,
    onSpeed: (speed) => {
      if (videoRef.current) {
        videoRef.current.defaultPlaybackRate = speed;
        videoRef.current.playbackRate = speed;
      }
      remember({ speed });
    },
    onKeys,
  };
  return { choices, captionsShown, toggleCaptions };
};
