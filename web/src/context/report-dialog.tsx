import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { type About, REPORT_LIMITS, REPORT_REASONS, type ReportReason } from '#contract/reports';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextArea } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useApp } from './app-context.ts';
import './report-dialog.css';

type Props = { about: About; onClose: () => void };

/** Asks what is wrong with something, and tells those who watch over the platform. */
export const ReportDialog = ({ about, onClose }: Props) => {
  const t = useTranslations('reporting');
  const { api } = useApp();
  const form = useId();
  const [reason, setReason] = useState<ReportReason>();
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState(false);
  const report = useMutation({
    mutationFn: (chosen: ReportReason) =>
      api.report({ about, reason: chosen, ...(words.trim() !== '' && { words: words.trim() }) }),
    onSuccess: () => {
      toast.success(t('thankYou'));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // the dialog may stand in a form of the page that it was opened from
    event.stopPropagation();
    setAsked(true);
    if (reason) report.mutate(reason);
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t(`title.${about.kind}`)}
      description={t('theyAreNotTold')}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form={form} variant="primary" busy={report.isPending}>
            {t('report')}
          </Button>
        </>
      }
    >
      <Form id={form} className="report" onSubmit={submit}>
        <fieldset
          role="radiogroup"
          className="report__reasons"
          {...(asked && !reason && { 'aria-describedby': `${form}-error`, 'aria-invalid': true })}
        >
          <legend className="field__label">{t('whatIsWrong')}</legend>
          {REPORT_REASONS.map((one) => (
            <label key={one} className="report__reason">
              <input type="radio" name={`${form}-reason`} checked={reason === one} onChange={() => setReason(one)} />
              {t(`reason.${one}`)}
            </label>
          ))}
          {asked && !reason && (
            <p className="field__error" id={`${form}-error`} role="alert">
              {t('chooseAReason')}
            </p>
          )}
        </fieldset>
        <Field label={t('moreWords')}>
          {(control) => (
            <TextArea
              {...control}
              value={words}
              maxLength={REPORT_LIMITS.wordCharacters}
              onChange={({ target }) => setWords(target.value)}
            />
          )}
        </Field>
      </Form>
    </Dialog>
  );
};
