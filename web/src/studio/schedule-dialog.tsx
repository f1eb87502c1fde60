import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { toast } from '../ui/toast.ts';
import { useLocale, useTranslations } from 'use-intl';
import { useCameraPicture } from '../broadcast/broadcast-provider.tsx';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Form } from '../ui/form.tsx';
import { useNow } from '../ui/time.tsx';
import { toNewShow } from './broadcast-ports.ts';
import { parseLocalText, proposedTime, toLocalText } from './local-time.ts';
import { problemsOf, ShowFields, type ShowDraft } from './show-fields.tsx';
import { ThumbnailField } from './thumbnail-field.tsx';
import { useThumbnail } from './use-thumbnail.ts';

/** A time that was ahead may have passed while the dialog was open. */
const JUDGED_EVERY_MS = 10_000;
const ASKS = ['when', 'visibility', 'latency', 'captions'] as const;

/** Announces a show: it stands on its creator's page and has one of its own until they go live on it. */
export const ScheduleDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('studio');
  const { api } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const nowMs = useNow(JUDGED_EVERY_MS);
  const language = useLocale();
  const [draft, setDraft] = useState<ShowDraft>(() => ({
    title: '',
    description: '',
    when: toLocalText(proposedTime(Date.now())),
    language,
    visibility: 'public',
    latency: 'standard',
  }));
  const thumbnail = useThumbnail();
  const grab = useCameraPicture();
  const [pressed, setPressed] = useState(false);
  const announce = useMutation({
    mutationFn: async (scheduledFor: string) => {
      const { when: _, ...said } = draft;
      const { stream } = await api.createStream({ ...toNewShow(said), scheduledFor });
      // it is announced, whatever becomes of its picture
      await thumbnail.save(stream.id).catch(() => toast.error(t('thumbnailNotShown')));
    },
    onSuccess: async () => {
      toast.success(t('yourShowIsAnnounced'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
    },
  });
  const problems = problemsOf(t, draft, nowMs);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPressed(true);
    const atMs = parseLocalText(draft.when);
    if (atMs === undefined || problems.title || problems.when || announce.isPending || thumbnail.busy) return;
    announce.mutate(new Date(atMs).toISOString());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('scheduleAShow')}
      description={t('itIsAnnouncedOnYour')}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form={formId} variant="primary" busy={announce.isPending || thumbnail.busy}>
            {t('announce')}
          </Button>
        </>
      }
    >
      <Form id={formId} className="show-fields" onSubmit={submit}>
        <ShowFields
          draft={draft}
          asks={ASKS}
          problems={{ when: problems.when, ...(pressed && { title: problems.title }) }}
          picture={<ThumbnailField thumbnail={thumbnail} grab={grab} />}
          onChange={setDraft}
        />
      </Form>
    </Dialog>
  );
};
