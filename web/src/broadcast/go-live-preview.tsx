import { Camera, CameraOff, Mic, MicOff, SwitchCamera } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import { LevelMeter } from './level-meter.tsx';
import { NoticeBox } from './notice-box.tsx';
import { Preview } from './preview.tsx';

/** How one looks and sounds before a show, or why there is nothing to see. */
export const GoLivePreview = () => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const show = useBroadcast();
  const { state, capture } = show;
  if (state.at === 'failed') {
    return (
      <div className="broadcast-preview broadcast-preview--message">
        <NoticeBox tone="danger" title={t(`failure.${state.because}`)}>
          <p>{t(`failureAdvice.${state.because}`)}</p>
        </NoticeBox>
        {state.because === 'part-missing' ? (
          <Button onClick={() => location.reload()}>{t('reload')}</Button>
        ) : (
          <Button onClick={broadcast.ask}>{t('tryAgain')}</Button>
        )}
      </div>
    );
  }
  if (state.at === 'asking' || state.at === 'idle' || state.at === 'ended')
    return (
      <div className="broadcast-preview broadcast-preview--message">
        <output>{t('allowTheCameraAndThe')}</output>
      </div>
    );
  const { muted, cameraOn, hasMicrophone } = capture;
  return (
    <Preview show={show}>
      <div className="broadcast-preview__bar">
        <LevelMeter level={broadcast.level} peak={broadcast.peak} muted={muted} hasMicrophone={hasMicrophone} />
        <IconButton
          size="s"
          className="broadcast-preview__toggle"
          label={muted ? t('unmuteTheMicrophone') : t('muteTheMicrophone')}
          icon={muted ? <MicOff /> : <Mic />}
          data-active={muted}
          disabled={!hasMicrophone}
          onClick={() => broadcast.capture.setMuted(!muted)}
        />
        <IconButton
          size="s"
          className="broadcast-preview__toggle"
          label={cameraOn ? t('turnTheCameraOff') : t('turnTheCameraOn')}
          icon={cameraOn ? <Camera /> : <CameraOff />}
          data-active={!cameraOn}
          disabled={capture.cameras.length === 0}
          onClick={() => void broadcast.capture.setCameraOn(!cameraOn)}
        />
        {capture.cameras.length > 1 && (
          <IconButton
            size="s"
            className="broadcast-preview__toggle"
            label={t('flipCamera')}
            icon={<SwitchCamera />}
            disabled={!cameraOn}
            onClick={() => void broadcast.capture.flipCamera()}
          />
        )}
      </div>
    </Preview>
  );
};
