import { Check, Copy } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import './field.css';
import './copied.css';

const COPIED_MS = 2_500;

type Props = { label: string; hint?: string; text: string; long?: boolean };

/** Text to be taken along: by the button, or by hand where the browser does not let it be copied. */
export const Copied = ({ label, hint, text, long = false }: Props) => {
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
    className: 'control copied__text',
    'aria-describedby': `${id}-said`,
    onFocus: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => currentTarget.select(),
  };
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <div className={long ? 'copied__line copied__line--long' : 'copied__line'}>
        {long ? <textarea {...field} rows={4} /> : <input {...field} type="text" />}
        <Button
          icon={done === 'copied' ? <Check /> : <Copy />}
          aria-label={done === 'copied' ? t('copied') : t('copyWhat', { what: label })}
          onClick={() => void copy()}
        >
          {done === 'copied' ? t('copied') : t('copy')}
        </Button>
      </div>
      <output id={`${id}-said`} className="field__hint copied__said">
        {done === 'refused' ? t('notCopied') : hint}
      </output>
    </div>
  );
};
