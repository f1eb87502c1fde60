import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { toast } from 'sonner';
import { HandleText, type MeView, type UpdateMe } from '#contract/http';
import { ApiError, messageOf } from '../api/api-error.ts';
import { useApp, useSignedIn } from '../app-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Field, TextArea, TextInput } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Card, Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { SignInGate } from './sign-in-gate.tsx';
import './settings-page.css';

/** One's own profile, to be changed. */
export const SettingsPage = () => {
  const { queries } = useApp();
  const signedIn = useSignedIn();
  const { data: me, error, refetch } = useQuery({ ...queries.me(), enabled: signedIn });
  return (
    <Page title="Settings" width="column">
      <div className="settings">
        <h1>Settings</h1>
        {!signedIn && (
          <SignInGate title="Sign in to change your profile">Your name, handle and picture live here.</SignInGate>
        )}
        {signedIn && me && <ProfileForm me={me} />}
        {signedIn && !me && error && <LoadFailed what="Your profile" error={error} onRetry={() => void refetch()} />}
        {signedIn && !me && !error && <Skeleton height="24rem" />}
      </div>
    </Page>
  );
};

const NAME_MAX = 80;
const BIO_MAX = 500;

const ProfileForm = ({ me }: { me: MeView }) => {
  const { api, queries, session } = useApp();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState({
    name: me.name,
    handle: me.handle,
    bio: me.bio ?? '',
    avatarUrl: me.avatarUrl ?? '',
  });
  const save = useMutation({
    mutationFn: (change: UpdateMe) => api.updateMe(change),
    meta: { quiet: true },
    onSuccess: async (now) => {
      queryClient.setQueryData(queries.me().queryKey, now);
      toast.success('Profile saved');
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
    onError: (error) => {
      if (!isHandleTaken(error)) toast.error(messageOf(error));
    },
  });

  const set = (change: Partial<typeof draft>) => {
    save.reset();
    setDraft({ ...draft, ...change });
  };
  const handleOk = HandleText.safeParse(draft.handle).success;
  const avatarOk = draft.avatarUrl === '' || /^https?:\/\/\S+$/i.test(draft.avatarUrl);
  const change: UpdateMe = {
    ...(draft.name.trim() !== me.name && { name: draft.name.trim() }),
    ...(draft.handle !== me.handle && { handle: draft.handle }),
    ...(draft.bio.trim() !== (me.bio ?? '') && { bio: draft.bio.trim() }),
    ...(draft.avatarUrl !== (me.avatarUrl ?? '') && { avatarUrl: draft.avatarUrl || null }),
  };
  const changed = Object.keys(change).length > 0;
  const valid = draft.name.trim() !== '' && handleOk && avatarOk;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed && valid && !save.isPending) save.mutate(change);
  };

  return (
    <>
      <Card>
        <form className="settings__form" onSubmit={submit} noValidate>
          <div className="settings__preview">
            <Avatar
              person={{ ...draft, avatarUrl: avatarOk && draft.avatarUrl ? draft.avatarUrl : undefined }}
              size="l"
            />
            <p className="settings__who">
              <strong>{draft.name || 'Your name'}</strong>
              <span className="muted">@{draft.handle}</span>
            </p>
          </div>
          <Field label="Name" required error={draft.name.trim() === '' ? 'A name is needed.' : undefined}>
            {(control) => (
              <TextInput
                {...control}
                autoComplete="name"
                maxLength={NAME_MAX}
                value={draft.name}
                onChange={(event) => set({ name: event.target.value })}
              />
            )}
          </Field>
          <Field
            label="Handle"
            required
            hint="Your page’s address. 3 to 30 of a–z, 0–9 and _"
            error={handleError(handleOk, save.error)}
          >
            {(control) => (
              <TextInput
                {...control}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={30}
                value={draft.handle}
                onChange={(event) => set({ handle: event.target.value.toLowerCase() })}
              />
            )}
          </Field>
          <Field label="About you" hint={`${BIO_MAX - draft.bio.length} characters left`}>
            {(control) => (
              <TextArea
                {...control}
                maxLength={BIO_MAX}
                value={draft.bio}
                onChange={(event) => set({ bio: event.target.value })}
              />
            )}
          </Field>
          <Field label="Picture address" error={avatarOk ? undefined : 'An address that starts with https://'}>
            {(control) => (
              <TextInput
                {...control}
                type="url"
                inputMode="url"
                placeholder="https://"
                value={draft.avatarUrl}
                onChange={(event) => set({ avatarUrl: event.target.value.trim() })}
              />
            )}
          </Field>
          <div className="settings__actions">
            <Button type="submit" variant="primary" busy={save.isPending} disabled={!changed || !valid}>
              Save changes
            </Button>
          </div>
        </form>
      </Card>
      <Card className="settings__leave">
        <div>
          <h2 className="settings__heading">Sign out</h2>
          <p className="muted">Ends your session in every tab of this browser.</p>
        </div>
        <Button onClick={() => void session.signOut()}>Sign out</Button>
      </Card>
    </>
  );
};

const isHandleTaken = (error: unknown) => error instanceof ApiError && error.code === 'handle-taken';

const handleError = (handleOk: boolean, error: unknown) => {
  if (!handleOk) return '3 to 30 of a–z, 0–9 and _';
  return isHandleTaken(error) ? messageOf(error) : undefined;
};
