import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { toast } from 'sonner';
import type { StreamView } from '#contract/http';
import { useApp } from '../app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextArea, TextInput } from '../ui/field.tsx';
import './edit-show-dialog.css';

const TITLE_MAX = 140;
const DESCRIPTION_MAX = 5_000;

/** Changes what viewers read of a show, while it runs too. */
export const EditShowDialog = ({ stream, onClose }: { stream: StreamView; onClose: () => void }) => {
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const formId = useId();
  const [title, setTitle] = useState(stream.title);
  const [description, setDescription] = useState(stream.description ?? '');
  const save = useMutation({
    mutationFn: () => api.updateStream(stream.id, { title: title.trim(), description: description.trim() }),
    onSuccess: async (changed) => {
      queryClient.setQueryData(queries.stream(stream.id).queryKey, changed);
      toast.success('Saved');
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['streams'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() && !save.isPending) save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Edit the show"
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" busy={save.isPending} disabled={!title.trim()}>
            Save
          </Button>
        </>
      }
    >
      <form id={formId} className="edit-show" noValidate onSubmit={submit}>
        <Field label="Title" required error={title.trim() ? undefined : 'A show needs a title.'}>
          {(control) => (
            <TextInput
              {...control}
              maxLength={TITLE_MAX}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Field label="Description">
          {(control) => (
            <TextArea
              {...control}
              rows={5}
              maxLength={DESCRIPTION_MAX}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
};
