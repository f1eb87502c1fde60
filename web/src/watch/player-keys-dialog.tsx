import { useTranslations } from 'use-intl';
import { Dialog } from '../ui/dialog.tsx';
import { KEYS } from './player-keys.ts';

/** Which key does what. */
export const PlayerKeysDialog = ({ open, onClose }: { open: boolean; onClose: () => void }) => {
  const t = useTranslations('watch');
  return (
    <Dialog open={open} onOpenChange={onClose} title={t('keys')} description={t('theyWorkAnywhereOnThe')}>
      <dl className="player-keys">
        {KEYS.map(({ keys, action }) => (
          <div key={action} className="player-keys__line">
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`key.${action}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
};
