import { onlineManager } from '@tanstack/react-query';
import { WifiOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import './offline-bar.css';

const subscribe = (listener: () => void) => onlineManager.subscribe(listener);

/** Says that the device has no network, because without one everything asked for waits silently. */
export const OfflineBar = () => {
  const t = useTranslations('ui');
  const online = useSyncExternalStore(subscribe, () => onlineManager.isOnline());
  return (
    <output className={online ? 'visually-hidden' : 'offline-bar'}>
      {!online && (
        <>
          <WifiOff aria-hidden="true" size="1.125em" />
          {t('youAreOfflineWhatYou')}
        </>
      )}
    </output>
  );
};
