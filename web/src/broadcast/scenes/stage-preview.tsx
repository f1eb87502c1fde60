import { useTranslations } from 'use-intl';
import { useBroadcast } from '../broadcast-provider.tsx';
import { pictureLimits } from '../picture/format.ts';
import { sceneName } from './scene-name.ts';
import { StageCanvas } from './stage-canvas.tsx';
import { useSources } from './use-sources.ts';

const SIDE = 960;
const EVERY_MS = 50;

/** What viewers see, where that is more than one source as it is. */
export const StagePreview = () => {
  const t = useTranslations('broadcast');
  const { scenes, picture } = useBroadcast();
  const sources = useSources();
  const { width, height } = pictureLimits(picture.format ?? { shape: 'landscape', quality: '720p30' });
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const live = [...scenes.scenes, ...scenes.guestScenes].find(({ id }) => id === scenes.liveId);
  return (
    <StageCanvas
      stage={scenes.stage}
      images={scenes.images}
      sources={sources}
      size={{ width: Math.round(width * scale), height: Math.round(height * scale) }}
      everyMs={EVERY_MS}
      label={t('scenes.whatViewersSee', { name: live ? sceneName(t, live) : '' })}
    />
  );
};
