import { SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, type ButtonSize } from '../../ui/button.tsx';
import { part } from '../../ui/part.ts';

const SceneEditor = lazy(part(async () => ({ default: (await import('./scene-editor.tsx')).SceneEditor })));

type Props = { size?: ButtonSize; disabled?: boolean };

/** Opens the dialog in which scenes are made, whose code is loaded only then. */
export const ScenesButton = ({ size = 'm', disabled = false }: Props) => {
  const t = useTranslations('broadcast');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={size} icon={<SlidersHorizontal />} disabled={disabled} onClick={() => setOpen(true)}>
        {t('scenes.edit')}
      </Button>
      {open && (
        <Suspense>
          <SceneEditor onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
