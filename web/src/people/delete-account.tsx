import { useMutation } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useNavigate } from '@tanstack/react-router';
import type { MeView } from '#contract/http';
import { ApiError } from '../api/api-error.ts';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { Card } from '../ui/page.tsx';
import './settings-page.css';
import { useOffAir } from './use-off-air.ts';

/** The last way out: the account and all that is its. */
export const DeleteAccount = ({ me }: { me: MeView }) => {
  const offAir = useOffAir();
  const [asking, setAsking] = useState(false);
  return (
    <Card className="settings__leave">
      <div className="settings__words">
        <h2 className="settings__heading">Delete account</h2>
        <p className="muted">Takes you and all you have shown and said off Vybzz, for good.</p>
      </div>
      <Button className="settings__danger" onClick={offAir(() => setAsking(true))}>
        Delete account…
      </Button>
      {asking && <DeleteDialog me={me} onClose={() => setAsking(false)} />}
    </Card>
  );
};

const DeleteDialog = ({ me, onClose }: { me: MeView; onClose: () => void }) => {
  const { api, signInSession } = useApp();
  const navigate = useNavigate();
  const formId = useId();
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: api.deleteMe,
    onError: async (error) => {
      // what cannot be undone is not done from a browser that was left open
      if (error instanceof ApiError && error.code === 'sign-in-too-old')
        await signInSession.signIn('/settings', { again: true });
    },
    onSuccess: async () => {
      await navigate({ to: '/' });
      await signInSession.signOut();
    },
  });
  // People type a handle as they know it, with the sign before it.
  const confirmed = typed.trim().toLowerCase().replace(/^@/, '') === me.handle;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (confirmed && !remove.isPending) remove.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Delete your account?"
      description="This cannot be undone. If you signed in more than ten minutes ago, you are asked to sign in again first."
      dismissible={!remove.isPending}
      footer={
        <>
          <Button variant="ghost" disabled={remove.isPending} onClick={onClose}>
            Keep my account
          </Button>
          <Button type="submit" form={formId} variant="danger" busy={remove.isPending} disabled={!confirmed}>
            Delete for good
          </Button>
        </>
      }
    >
      <form id={formId} className="settings__form" noValidate onSubmit={submit}>
        <div className="settings__words">
          <h3>What goes</h3>
          <ul className="bullets">
            <li>Your profile, at once. A show that is on the air ends.</li>
            <li>Your shows and their recordings, your posts and all that is said under them.</li>
            <li>Your comments and likes under other people’s posts, and who follows whom.</li>
          </ul>
        </div>
        <div className="settings__words">
          <h3>What stays</h3>
          <ul className="bullets">
            <li>@{me.handle} is held back for 30 days, so that nobody can pass for you.</li>
            <li>What you sign in with is not ours to delete. Signing in again makes a new, empty account.</li>
          </ul>
        </div>
        <Field label={`Type ${me.handle} to confirm`} required>
          {(control) => (
            <TextInput
              {...control}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
};
