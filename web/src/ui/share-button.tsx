import { Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { Button, type ButtonLook } from './button.tsx';
import { Late } from './late.tsx';

const loadDialog = () => import('./share-dialog.tsx');

type Props = ButtonLook & { stream: Pick<StreamView, 'id' | 'title' | 'visibility'> };

/** Ways to hand a show on: its link, and for other sites its player. */
export const ShareButton = ({ stream, ...look }: Props) => {
  const t = useTranslations('sharing');
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button {...look} icon={<Share2 />} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {t('share')}
      </Button>
      {open && (
        <Late load={loadDialog} onMissing={close}>
          {({ ShareDialog }) => <ShareDialog stream={stream} onClose={close} />}
        </Late>
      )}
    </>
  );
};
