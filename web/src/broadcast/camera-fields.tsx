import { useTranslations } from 'use-intl';
import { Check } from '../ui/check.tsx';
import { useBroadcast, useBroadcastHandle } from './broadcast-provider.tsx';
import { DeviceSelect } from './device-select.tsx';

type Props = {
  /** What stands there where there is no camera. */
  none: string;
  disabled?: boolean;
};

/** Which camera, and whether what is behind the person is blurred, where the platform gives that choice. */
export const CameraFields = ({ none, disabled = false }: Props) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { capture } = useBroadcast();
  return (
    <>
      <DeviceSelect
        label={t('camera')}
        devices={capture.cameras}
        chosen={capture.cameraId}
        none={none}
        disabled={disabled}
        onChoose={(id) => void broadcast.capture.chooseCamera(id)}
      />
      {capture.blur !== undefined && (
        <Check
          label={t('blurBackground')}
          on={capture.blur}
          disabled={disabled}
          onSwitch={(blur) => void broadcast.capture.setBlur(blur)}
        />
      )}
    </>
  );
};
