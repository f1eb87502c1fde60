import { AudioLines } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { Late } from '../../ui/late.tsx';

const loadDialog = () => import('./sound-dialog.tsx');

/** Opens the mixing desk, whose code is loaded only then. */
export const SoundButton = ({ disabled }: { disabled: boolean }) => {
  const t = useTranslations('broadcast');
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button icon={<AudioLines />} disabled={disabled} onClick={() => setOpen(true)}>
        {t('sound')}
      </Button>
      {open && (
        <Late load={loadDialog} onMissing={close}>
          {({ SoundDialog }) => <SoundDialog onClose={close} />}
        </Late>
      )}
    </>
  );
};
