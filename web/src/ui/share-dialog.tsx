import { Check, Copy, Share2 } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { embedCode } from '#contract/embed-code';
import type { StreamView } from '#contract/http';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import './field.css';
import './share-dialog.css';

type Props = { stream: Pick<StreamView, 'id' | 'title' | 'visibility'>; onClose: () => void };

const SIZE = { width: 640, height: 360 } as const;
const COPIED_MS = 2_500;

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
            <label className="share__option">
              <input type="checkbox" checked={autoplay} onChange={(event) => setAutoplay(event.target.checked)} />
              {t('playAtOnce')}
            </label>
          </>
        ) : (
          <p className="muted">{t('followersOnly')}</p>
        )}
      </div>
    </Dialog>
  );
};

type CopiedProps = { label: string; hint?: string; text: string; long?: boolean };

/** Text to be taken along: by the button, or by hand where the browser does not let it be copied. */
const Copied = ({ label, hint, text, long = false }: CopiedProps) => {
  const t = useTranslations('sharing');
  const id = useId();
  const [done, setDone] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (done !== 'copied') return undefined;
    const timer = setTimeout(() => setDone(undefined), COPIED_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setDone('copied'),
      () => setDone('refused'),
    );
  const field = {
    id,
    readOnly: true,
    value: text,
    dir: 'ltr',
    className: 'control share__text',
    'aria-describedby': `${id}-said`,
    onFocus: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => currentTarget.select(),
  };
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <div className={long ? 'share__line share__line--long' : 'share__line'}>
        {long ? <textarea {...field} rows={4} /> : <input {...field} type="text" />}
        <Button
          icon={done === 'copied' ? <Check /> : <Copy />}
          aria-label={done === 'copied' ? t('copied') : t('copyWhat', { what: label })}
          onClick={() => void copy()}
        >
          {done === 'copied' ? t('copied') : t('copy')}
        </Button>
      </div>
      <output id={`${id}-said`} className="field__hint share__said">
        {done === 'refused' ? t('notCopied') : hint}
      </output>
    </div>
  );
};
