import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { TEXT_CHARACTERS } from '#contract/fields';
import type { MeView, ProfileLink, UpdateMe } from '#contract/http';
import { useApp } from '../context/app-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Field, TextArea, TextInput } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Card } from '../ui/page.tsx';
import { isWhole, wholeLinks } from './link-drafts.ts';
import { LinksFields } from './links-fields.tsx';
import './settings-page.css';

/** One's own name, words and links, to be changed. */
export const ProfileForm = ({ me }: { me: MeView }) => {
  const t = useTranslations('people');
  const { api, queries } = useApp();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState({
    name: me.name,
    bio: me.bio ?? '',
    links: me.links ?? [],
  });
  const [checked, setChecked] = useState(false);
  const save = useMutation({
    mutationFn: (change: UpdateMe) => api.updateMe(change),
    onSuccess: async (now) => {
      queryClient.setQueryData(queries.me().queryKey, now);
      toast.success(t('profileSaved'));
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
  });

  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  const links = wholeLinks(draft.links);
  const change: UpdateMe = {
    ...(draft.name.trim() !== me.name && { name: draft.name.trim() }),
    ...(draft.bio.trim() !== (me.bio ?? '') && { bio: draft.bio.trim() }),
    ...(!sameLinks(links, me.links ?? []) && { links }),
  };
  const changed = Object.keys(change).length > 0;
  const valid = draft.name.trim() !== '';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!changed || !valid || save.isPending) return;
    const whole = links.every(isWhole);
    set({ links });
    setChecked(!whole);
    if (whole) save.mutate(change);
  };

  return (
    <Card>
      <Form className="settings__form" onSubmit={submit}>
        <div className="settings__preview">
          <Avatar person={{ ...me, name: draft.name }} size="l" />
          <p className="settings__who">
            <strong>
              <bdi>{draft.name || t('yourName')}</bdi>
            </strong>
            <bdi className="muted">@{me.handle}</bdi>
          </p>
        </div>
        <Field label={t('name')} required error={draft.name.trim() === '' ? t('aNameIsNeeded') : undefined}>
          {(control) => (
            <TextInput
              {...control}
              autoComplete="name"
              maxLength={TEXT_CHARACTERS.name}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('aboutYou')} hint={t('charactersLeft', { left: TEXT_CHARACTERS.bio - draft.bio.length })}>
          {(control) => (
            <TextArea
              {...control}
              maxLength={TEXT_CHARACTERS.bio}
              value={draft.bio}
              onChange={(event) => set({ bio: event.target.value })}
            />
          )}
        </Field>
        <LinksFields links={draft.links} checked={checked} onChange={(changedLinks) => set({ links: changedLinks })} />
        <div className="settings__actions">
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!changed || !valid}>
            {t('saveChanges')}
          </Button>
        </div>
      </Form>
    </Card>
  );
};

const sameLinks = (these: readonly ProfileLink[], those: readonly ProfileLink[]): boolean =>
  these.length === those.length &&
  these.every(({ title, url }, at) => title === those[at]?.title && url === those[at]?.url);
