import { Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { embedCode } from '#contract/embed-code';
import type { StreamView } from '#contract/http';
import { Button } from './button.tsx';
import { Check } from './check.tsx';
import { Copied } from './copied.tsx';
import { Dialog } from './dialog.tsx';
import './share-dialog.css';

type Props = { stream: Pick<StreamView, 'id' | 'title' | 'visibility'>; onClose: () => void };

const SIZE = { width: 640, height: 360 } as const;

/** The link of a show, and the code that puts its player into another page. */
export const ShareDialog = ({ stream, onClose }: Props) => {
  const t = useTranslations('sharing');
  const [autoplay, setAutoplay] = useState(false);
  const url = new URL(`/watch/${stream.id}`, location.origin).href;
  const player = new URL(`/embed/${stream.id}${autoplay ? '?autoplay=1' : ''}`, location.origin).href;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('shareThisShow')}>
      <div className="share">
        <Copied label={t('link')} text={url} />
        {'share' in navigator && (
          <Button
            icon={<Share2 />}
            // Rejected when the person thinks better of it.
            onClick={() => void navigator.share({ url, title: stream.title }).catch(() => {})}
          >
            {t('sendToAnApp')}
          </Button>
        )}
        {stream.visibility === 'public' ? (
          <>
            <Copied
              label={t('embedCode')}
              hint={t('pasteIt')}
              text={embedCode({ url: player, title: stream.title, ...SIZE })}
              long
            />
            <Check label={t('playAtOnce')} on={autoplay} onSwitch={setAutoplay} />
          </>
        ) : (
          <p className="muted">{t('followersOnly')}</p>
        )}
      </div>
    </Dialog>
  );
};
