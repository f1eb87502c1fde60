import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import type { StreamView } from '#contract/http';
import type { UpdateStream } from '#contract/show';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useNow } from '../ui/time.tsx';
import { parseLocalText, toLocalText } from './local-time.ts';
import { changeableIn, problemsOf, ShowFields, type Asks, type ShowDraft } from './show-fields.tsx';
import { ThumbnailField } from './thumbnail-field.tsx';
import { useThumbnail } from './use-thumbnail.ts';

/** A time that was ahead may have passed while the dialog was open. */
const JUDGED_EVERY_MS = 10_000;

type Props = {
  stream: StreamView;
  /** Takes the picture that the camera gives now; absent where there is no camera. */
  grab?: (() => Promise<File | undefined>) | undefined;
  onClose: () => void;
};

/** Whether there is anything of it that a picture could stand for. */
const hasPicture = ({ state, recording }: StreamView) =>
  state !== 'ended' || recording === 'ready' || recording === 'preparing';

/** Changes what viewers read of a show, while it runs too; before it, also for whom it is, and when. */
export const EditShowDialog = ({ stream, grab, onClose }: Props) => {
  const t = useTranslations('studio');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const nowMs = useNow(JUDGED_EVERY_MS);
  const [before] = useState<ShowDraft>(() => ({
    title: stream.title,
    description: stream.description ?? '',
    category: stream.category,
    language: stream.language,
    when: stream.scheduledFor === undefined ? '' : toLocalText(Date.parse(stream.scheduledFor)),
    visibility: stream.visibility,
    latency: stream.latency,
  }));
  const [draft, setDraft] = useState(before);
  const thumbnail = useThumbnail(stream.thumbnail);
  const [asks] = useState<Asks>(() => changeableIn(stream));
  const save = useMutation({
    mutationFn: async (change: UpdateStream) => {
      if (Object.keys(change).length > 0) await api.updateStream(stream.id, change);
      await thumbnail.save(stream.id);
      return api.stream(stream.id);
    },
    onSuccess: async (changed) => {
      queryClient.setQueryData(queries.stream(stream.id).queryKey, changed);
      toast.success(t('saved'));
      onClose();
      // a new title is the text of its post as well
      const about = ['streams', 'posts', 'post'];
      await Promise.all(about.map((first) => queryClient.invalidateQueries({ queryKey: [first] })));
    },
  });
  const { title, when } = problemsOf(t, draft, nowMs);
  // An announced time that has passed stands; only a new one has to lie ahead.
  const problems = { title, ...(draft.when !== before.when && { when }) };
  const sayable = !problems.title && !problems.when;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!sayable || save.isPending || thumbnail.busy) return;
    const change = changeOf(before, draft);
    if (Object.keys(change).length === 0 && !thumbnail.changed) onClose();
    else save.mutate(change);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('editTheShow')}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            busy={save.isPending || thumbnail.busy}
            disabled={!sayable}
          >
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} className="show-fields" noValidate onSubmit={submit}>
        <ShowFields
          draft={draft}
          asks={asks}
          problems={problems}
          picture={hasPicture(stream) && <ThumbnailField thumbnail={thumbnail} grab={grab} />}
          onChange={setDraft}
        />
      </form>
    </Dialog>
  );
};

/** Only what is new: a part that may no longer be changed would have the rest refused with it. */
const changeOf = (before: ShowDraft, now: ShowDraft): UpdateStream => {
  const atMs = parseLocalText(now.when);
  return {
    ...(now.title.trim() !== before.title && { title: now.title.trim() }),
    ...(now.description.trim() !== before.description && { description: now.description.trim() }),
    ...(now.category !== before.category && { category: now.category ?? null }),
    ...(now.language !== before.language && { language: now.language ?? null }),
    ...(now.visibility !== before.visibility && { visibility: now.visibility }),
    ...(now.when !== before.when && atMs !== undefined && { scheduledFor: new Date(atMs).toISOString() }),
  };
};
