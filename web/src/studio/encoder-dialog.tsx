import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useLocale, useTranslations } from 'use-intl';
import { useCameraPicture } from '../broadcast/broadcast-provider.tsx';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import { toast } from '../ui/toast.ts';
import { toNewShow } from './broadcast-ports.ts';
import { ShowFields, type ShowDraft } from './show-fields.tsx';
import { ThumbnailField } from './thumbnail-field.tsx';
import { useThumbnail } from './use-thumbnail.ts';
import './show-fields.css';

const ASKS = ['visibility', 'latency', 'captions'] as const;

/** A show that an encoder of one's own is to feed: it is made, and waits for the encoder. */
export const EncoderDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const language = useLocale();
  const [draft, setDraft] = useState<ShowDraft>({
    title: '',
    description: '',
    when: '',
    language,
    visibility: 'public',
    latency: 'standard',
  });
  const thumbnail = useThumbnail();
  const grab = useCameraPicture();
  const [pressed, setPressed] = useState(false);
  const begin = useMutation({
    mutationFn: async () => {
      const { when: _, ...said } = draft;
      const { stream } = await api.createStream({ ...toNewShow(said), source: 'encoder' });
      // it waits for its encoder, whatever becomes of its picture
      await thumbnail.save(stream.id).catch(() => toast.error(t('thumbnailNotShown')));
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
      onClose();
    },
  });
  const problem = draft.title.trim() ? undefined : t('aShowNeedsATitle');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPressed(true);
    if (!problem && !begin.isPending && !thumbnail.busy) begin.mutate();
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
          <Button type="submit" form={formId} variant="live" busy={begin.isPending || thumbnail.busy}>
            {t('waitForMyEncoder')}
          </Button>
        </>
      }
    >
      <Form id={formId} className="show-fields" onSubmit={submit}>
        <ShowFields
          draft={draft}
          asks={ASKS}
          problems={{ title: pressed ? problem : undefined }}
          picture={<ThumbnailField thumbnail={thumbnail} grab={grab} />}
          onChange={setDraft}
        />
      </Form>
    </Dialog>
  );
};
