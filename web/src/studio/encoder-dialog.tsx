import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import { SHOW_LIMITS, type CaptionLanguage, type Latency, type Visibility } from '#contract/show';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { CaptionsField, LatencyField, VisibilityField } from '../ui/show-choices.tsx';
import { captionsOf } from './broadcast-ports.ts';
import './show-fields.css';

/** A show that an encoder of one's own is to feed: it is made, and waits for the encoder. */
export const EncoderDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const [title, setTitle] = useState('');
  const [visibility, setVisibility] = useState<Visibility>('public');
  const [latency, setLatency] = useState<Latency>('standard');
  const [captions, setCaptions] = useState<CaptionLanguage>();
  const [pressed, setPressed] = useState(false);
  const begin = useMutation({
    mutationFn: () =>
      api.createStream({
        title: title.trim(),
        visibility,
        latency,
        ...captionsOf({ captions, latency }),
        source: 'encoder',
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
      onClose();
    },
  });
  const problem = title.trim() ? undefined : t('aShowNeedsATitle');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPressed(true);
    if (!problem && !begin.isPending) begin.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('streamWithAnEncoder')}
      description={t('obsAPhonesApp')}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form={formId} variant="live" busy={begin.isPending}>
            {t('waitForMyEncoder')}
          </Button>
        </>
      }
    >
      <form id={formId} className="show-fields" noValidate onSubmit={submit}>
        <Field label={t('title')} required error={pressed ? problem : undefined}>
          {(control) => (
            <TextInput
              {...control}
              autoComplete="off"
              maxLength={SHOW_LIMITS.titleCharacters}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <VisibilityField value={visibility} onChange={setVisibility} />
        <LatencyField value={latency} onChange={setLatency} />
        <CaptionsField value={captions} latency={latency} onChange={setCaptions} />
      </form>
    </Dialog>
  );
};
