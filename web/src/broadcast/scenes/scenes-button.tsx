import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, type ButtonSize } from '../../ui/button.tsx';
import { Late } from '../../ui/late.tsx';

const loadEditor = () => import('./scene-editor.tsx');

type Props = { size?: ButtonSize; disabled?: boolean };

/** Opens the dialog in which scenes are made, whose code is loaded only then. */
export const ScenesButton = ({ size = 'm', disabled = false }: Props) => {
  const t = useTranslations('broadcast');
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button size={size} icon={<SlidersHorizontal />} disabled={disabled} onClick={() => setOpen(true)}>
        {t('scenes.edit')}
      </Button>
      {open && (
        <Late load={loadEditor} onMissing={close}>
          {({ SceneEditor }) => <SceneEditor onClose={close} />}
        </Late>
      )}
    </>
  );
};
