import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { toast } from 'sonner';
import { HandleText } from '#contract/fields';
import type { MeView } from '#contract/http';
import { messageOf } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Card } from '../ui/page.tsx';
import './settings-page.css';

const RULE = '3 to 30 of a–z, 0–9 and _';

/** The name that others call one by and that one's page is found under, to be changed. */
export const HandleForm = ({ me }: { me: MeView }) => {
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const [handle, setHandle] = useState(me.handle);
  const move = useMutation({
    mutationFn: () => api.updateMe({ handle }),
    // Said beside the field.
    meta: { quiet: true },
    onSuccess: async (now) => {
      queryClient.setQueryData(queries.me().queryKey, now);
      toast.success(`You are @${now.handle} now`);
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
  });
  const wellFormed = HandleText.safeParse(handle).success;
  const changed = handle !== me.handle;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed && wellFormed && !move.isPending) move.mutate();
  };
  return (
    <Card>
      <form className="settings__form" onSubmit={submit} noValidate>
        <div className="settings__words">
          <h2 className="settings__heading">Handle</h2>
          <p className="muted">
            Your page is at {location.host}/@{me.handle}. When you change your handle, the page moves and links to the
            old address stop working. @{me.handle} is held back for 30 days: nobody else can take it, and you can come
            back to it.
          </p>
        </div>
        <Field
          label="Your handle"
          required
          hint={RULE}
          error={wellFormed ? (move.error ? messageOf(move.error) : undefined) : `A handle is ${RULE}.`}
        >
          {(control) => (
            <TextInput
              {...control}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={30}
              value={handle}
              onChange={(event) => {
                move.reset();
                setHandle(event.target.value.toLowerCase());
              }}
            />
          )}
        </Field>
        <div className="settings__actions">
          <Button type="submit" variant="primary" busy={move.isPending} disabled={!changed || !wellFormed}>
            Change handle
          </Button>
        </div>
      </form>
    </Card>
  );
};
