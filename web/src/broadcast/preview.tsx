import { VideoOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { CaptureView } from './capture/capture.ts';
import { TrackVideo } from './track-video.tsx';
import './broadcast.css';

type Props = { capture: CaptureView; children?: ReactNode };

/** What viewers will see, with whatever the owner lays over it. */
export const Preview = ({ capture, children }: Props) => {
  const t = useTranslations('broadcast');
  const { camera, screen, cameraOn } = capture;
  return (
    <div className="broadcast-preview">
      {screen && <TrackVideo track={screen} label={t('previewOfYourScreen')} />}
      {camera && cameraOn && (
        <div className={screen ? 'broadcast-preview__inset' : 'broadcast-preview__whole'}>
          <TrackVideo track={camera} label={t('previewOfYourCamera')} mirrored />
        </div>
      )}
      {!screen && !(camera && cameraOn) && (
        <div className="broadcast-preview__card">
          <VideoOff aria-hidden="true" />
          <span>{t('cameraIsOff')}</span>
        </div>
      )}
      {children}
    </div>
  );
};
