import { useEffect, useState, type RefObject } from 'react';
import { useTranslations } from 'use-intl';

export type CaptionTrack = { language: string; label: string };

const isCaptions = ({ kind }: TextTrack) => kind === 'captions' || kind === 'subtitles';

/**
 * The captions that a video brings, and which of them are shown.
 *
 * @param wanted the language to show as soon as there is one; null for none
 */
export const useCaptions = (video: RefObject<HTMLVideoElement | null>, wanted: string | null) => {
  const t = useTranslations('watch');
  const [tracks, setTracks] = useState<CaptionTrack[]>([]);
  useEffect(() => {
    const list = video.current?.textTracks;
    if (!list) return undefined;
    const read = () => {
      const captions = [...list].filter(isCaptions);
      for (const track of captions) {
        const mode = track === chosenOf(captions, wanted) ? 'showing' : 'disabled';
        if (track.mode !== mode) track.mode = mode;
      }
      const next = captions.map(({ language, label }) => ({ language, label: label || language || t('captions') }));
      setTracks((known) => (JSON.stringify(known) === JSON.stringify(next) ? known : next));
    };
    read();
    list.addEventListener('addtrack', read);
    list.addEventListener('removetrack', read);
    list.addEventListener('change', read);
    return () => {
      list.removeEventListener('addtrack', read);
      list.removeEventListener('removetrack', read);
      list.removeEventListener('change', read);
    };
  }, [video, wanted, t]);
  return { tracks, shown: wanted !== null && tracks.length > 0 };
};

/** In the language that was asked for; else in any, as captions were asked for. */
const chosenOf = (captions: readonly TextTrack[], wanted: string | null): TextTrack | undefined =>
  wanted === null ? undefined : (captions.find(({ language }) => language === wanted) ?? captions[0]);
