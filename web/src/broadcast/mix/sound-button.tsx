import { AudioLines } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { part } from '../../ui/part.ts';

const SoundDialog = lazy(part(async () => ({ default: (await import('./sound-dialog.tsx')).SoundDialog })));

/** Opens the mixing desk, whose code is loaded only then. */
export const SoundButton = ({ disabled }: { disabled: boolean }) => {
  const t = useTranslations('broadcast');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<AudioLines />} disabled={disabled} onClick={() => setOpen(true)}>
        {t('sound')}
      </Button>
      {open && (
        <Suspense>
          <SoundDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
