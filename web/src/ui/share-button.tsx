import { Share2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import { Button, type ButtonLook } from './button.tsx';
import { part } from './part.ts';

const ShareDialog = lazy(part(async () => ({ default: (await import('./share-dialog.tsx')).ShareDialog })));

type Props = ButtonLook & { stream: Pick<StreamView, 'id' | 'title' | 'visibility'> };

/** Ways to hand a show on: its link, and for other sites its player. */
export const ShareButton = ({ stream, ...look }: Props) => {
  const t = useTranslations('sharing');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button {...look} icon={<Share2 />} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {t('share')}
      </Button>
      {open && (
        <Suspense>
          <ShareDialog stream={stream} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
