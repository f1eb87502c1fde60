import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { HandleText } from '#contract/fields';
import type { MeView } from '#contract/http';
import { useErrorWords } from '../words/error-words.ts';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Card } from '../ui/page.tsx';
import './settings-page.css';

/** The name that others call one by and that one's page is found under, to be changed. */
export const HandleForm = ({ me }: { me: MeView }) => {
  const t = useTranslations('people');
  const errorWords = useErrorWords();
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const [handle, setHandle] = useState(me.handle);
  const move = useMutation({
    mutationFn: () => api.updateMe({ handle }),
    // Said beside the field.
    meta: { quiet: true },
    onSuccess: async (now) => {
      queryClient.setQueryData(queries.me().queryKey, now);
      toast.success(t('youAreNow', { handle: now.handle }));
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
          <h2 className="settings__heading">{t('handle')}</h2>
          <p className="muted">{t('yourPageIsAtWhen', { host: location.host, handle: me.handle })}</p>
        </div>
        <Field
          label={t('yourHandle')}
          required
          hint={t('handleRule')}
          error={wellFormed ? (move.error ? errorWords(move.error) : undefined) : t('aHandleIs')}
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
            {t('changeHandle')}
          </Button>
        </div>
      </form>
    </Card>
  );
};
