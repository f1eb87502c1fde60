import { useEffect, useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Check } from '../../ui/check.tsx';
import { useBroadcast, useBroadcastHandle } from '../broadcast-provider.tsx';
import { LIMITS } from '../limits.ts';
import { pictureLimits } from '../picture/format.ts';
import { clockText } from '../status.ts';
import { lengthOf, roomToKeep } from '../ingest/device-space.ts';

/**
 * Whether the show's recording is to stay on this device, and how much of it at most: how much room there really is no browser says
 * (Chromium says ten gigabytes to every page), and a disk may fill up at any time.
 */
export const KeepField = ({ disabled }: { disabled: boolean }) => {
  const t = useTranslations('broadcast');
  const broadcast = useBroadcastHandle();
  const { keep, picture } = useBroadcast();
  const hint = useId();
  const [roomBytes, setRoomBytes] = useState<number>();
  useEffect(() => {
    let current = true;
    const estimate = 'storage' in navigator ? navigator.storage.estimate() : Promise.resolve({});
    estimate.then(
      (room) => current && setRoomBytes(roomToKeep(room)),
      () => current && setRoomBytes(0),
    );
    return () => {
      current = false;
    };
  }, []);
  const kbps = LIMITS.audioKbps + (picture.format ? pictureLimits(picture.format).videoKbps : LIMITS.videoKbps);
  const room = roomBytes === undefined ? '' : ` ${t('kept.room', { length: clockText(lengthOf(roomBytes, kbps)) })}`;
  return (
    <div className="keep-field">
      <Check
        label={t('kept.keep')}
        on={keep}
        disabled={disabled || roomBytes === 0}
        describedBy={hint}
        onSwitch={broadcast.setKeep}
      />
      <p className="field__hint" id={hint}>
        {roomBytes === 0 ? t('kept.noRoom') : `${t('kept.hint')}${room}`}
      </p>
    </div>
  );
};
