import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { IconButton } from '../../ui/icon-button.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { pictureLimits } from '../picture/format.ts';
import { sceneName } from './scene-name.ts';
import { overlaysOf, type Scene } from './scene-set.ts';
import { ScenesButton } from './scenes-button.tsx';
import type { ScenesView } from './scenes.ts';
import { StageCanvas } from './stage-canvas.tsx';
import { useSmallSources, useSources } from './use-sources.ts';
import './scenes.css';

const THUMBNAIL_SIDE = 256;
const EVERY_MS = 250;
const CALM_EVERY_MS = 2_000;

/** A digit that is typed somewhere, or pressed in a dialog, is none for us. */
const isForScenes = ({ target, ctrlKey, metaKey, altKey, repeat }: KeyboardEvent): boolean =>
  !ctrlKey &&
  !metaKey &&
  !altKey &&
  !repeat &&
  !(target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role="dialog"]'));

/** The scenes as they would go out, and which one does; a press or its number shows another. */
export const ScenesPanel = ({ disabled }: { disabled: boolean }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { scenes, picture } = useBroadcast();
  const { width, height } = pictureLimits(picture.format ?? { shape: 'landscape', quality: '720p30' });
  const scale = THUMBNAIL_SIDE / Math.max(width, height);
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const everyMs = matchMedia('(prefers-reduced-motion: reduce)').matches ? CALM_EVERY_MS : EVERY_MS;

  const sources = useSmallSources(useSources(), 2 * THUMBNAIL_SIDE, everyMs);

  useEffect(() => {
    if (disabled) return undefined;
    const onKey = (event: KeyboardEvent) => {
      const scene = isForScenes(event) ? allScenes(broadcast.getSnapshot().scenes)[Number(event.key) - 1] : undefined;
      if (scene) broadcast.scenes.take(scene.id);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [broadcast, disabled]);

  const all = allScenes(scenes);
  const live = all.find(({ id }) => id === scenes.liveId);
  const slides = live?.layout.is === 'media' ? (scenes.slides[live.id] ?? 0) : 0;
  return (
    <section className="scenes" aria-label={t('scenes.scenes')}>
      <header className="scenes__header">
        <h2>{t('scenes.scenes')}</h2>
        <span className="muted scenes__hint">{t('scenes.pressOne')}</span>
        <ScenesButton size="s" />
      </header>
      <output className="visually-hidden">{live && t('scenes.viewersSee', { name: sceneName(t, live) })}</output>
      <ul className="scenes__list">
        {all.map((scene, i) => (
          <li key={scene.id}>
            <button
              type="button"
              className="scenes__tile"
              aria-pressed={scene.id === scenes.liveId}
              disabled={disabled}
              onClick={() => broadcast.scenes.take(scene.id)}
            >
              <StageCanvas
                stage={stageOf(scene, scenes)}
                images={scenes.images}
                sources={sources}
                size={size}
                everyMs={everyMs}
              />
              <span className="scenes__name">
                {i < 9 && (
                  <kbd className="scenes__key" aria-hidden="true">
                    {i + 1}
                  </kbd>
                )}
                <bdi>{sceneName(t, scene)}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {slides > 1 && (
        <div className="scenes__slides">
          <IconButton
            label={t('scenes.pictureBefore')}
            icon={<ChevronLeft />}
            disabled={disabled || scenes.slide === 0}
            onClick={() => broadcast.scenes.turn(-1)}
          />
          <output>{t('scenes.pictureOf', { slide: scenes.slide + 1, slides })}</output>
          <IconButton
            label={t('scenes.nextPicture')}
            icon={<ChevronRight />}
            disabled={disabled || scenes.slide === slides - 1}
            onClick={() => broadcast.scenes.turn(1)}
          />
        </div>
      )}
    </section>
  );
};

const allScenes = ({ scenes, guestScenes }: ScenesView): Scene[] => [...scenes, ...guestScenes];

/** A scene as it would be shown: with a whole countdown where it is not shown yet. */
const stageOf = (scene: Scene, { stage, liveId, dressing }: ScenesView): ScenesView['stage'] =>
  scene.id === liveId ? stage : { ...stage, layout: scene.layout, overlays: overlaysOf(dressing), untilMs: undefined };
