import type { CSSProperties, ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Late } from '../ui/late.tsx';
import type { Snapshot } from './create-broadcast.ts';
import { pictureLimits, type Format } from './picture/format.ts';
import { compose, wholeSlot } from './picture/stage.ts';
import { TrackVideo } from './track-video.tsx';
import './broadcast.css';

const loadStage = () => import('./scenes/stage-preview.tsx');

type Props = { show: Pick<Snapshot, 'capture' | 'picture' | 'scenes' | 'guests'>; children?: ReactNode };

/** The picture's shape, for the style sheet. */
const shapeStyle = ({ width, height }: { width: number; height: number }): CSSProperties => ({
  '--picture-aspect': `${width} / ${height}`,
  '--picture-ratio': String(width / height),
});

const USUAL: Format = { shape: 'landscape', quality: '720p30' };

/** What viewers will see, with whatever the owner lays over it. A source that is the whole picture is played as it is. */
export const Preview = ({ show: { capture, picture, scenes, guests }, children }: Props) => {
  const t = useTranslations('broadcast');
  const { camera, screen, cameraOn, facing } = capture;
  const size = pictureLimits(picture.format ?? USUAL);
  const has = {
    camera: cameraOn && camera !== undefined,
    screen: screen !== undefined,
    media: scenes.media !== undefined,
    guests: Object.fromEntries(guests.onAir.map((guest) => [guest.slot, guest.picture !== undefined])),
  };
  const composition = compose(scenes.stage.layout, has, scenes.images.has('media'), size);
  const whole = wholeSlot(composition, scenes.stage.overlays, scenes.images);
  return (
    <div className="broadcast-preview" style={shapeStyle(size)}>
      {whole === 'camera' && camera && (
        <div className="broadcast-preview__whole">
          <TrackVideo track={camera} label={t('previewOfYourCamera')} mirrored={facing !== 'environment'} />
        </div>
      )}
      {whole === 'screen' && screen && <TrackVideo track={screen} label={t('previewOfYourScreen')} />}
      {whole !== 'camera' && whole !== 'screen' && (
        <Late load={loadStage}>{({ StagePreview }) => <StagePreview />}</Late>
      )}
      {children}
    </div>
  );
};
