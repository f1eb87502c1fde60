import { useMutation } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
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
  const t = useTranslations('people');
  const offAir = useOffAir();
  const [asking, setAsking] = useState(false);
  return (
    <Card className="settings__leave">
      <div className="settings__words">
        <h2 className="settings__heading">{t('deleteAccount')}</h2>
        <p className="muted">{t('takesYouAndAllYou')}</p>
      </div>
      <Button className="settings__danger" onClick={offAir(() => setAsking(true))}>
        {t('deleteAccountDots')}
      </Button>
      {asking && <DeleteDialog me={me} onClose={() => setAsking(false)} />}
    </Card>
  );
};

const DeleteDialog = ({ me, onClose }: { me: MeView; onClose: () => void }) => {
  const t = useTranslations('people');
  const { api, signInSession } = useApp();
  const navigate = useNavigate();
  const formId = useId();
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: api.deleteMe,
    onError: async (error) => {
      // what cannot be undone is not done from a browser that was left open
      if (error instanceof ApiError && error.code === 'sign-in-too-old')
        await signInSession.signIn('/settings', 'again');
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
      title={t('deleteYourAccount')}
      description={t('thisCannotBeUndoneIf')}
      dismissible={!remove.isPending}
      footer={
        <>
          <Button variant="ghost" disabled={remove.isPending} onClick={onClose}>
            {t('keepMyAccount')}
          </Button>
          <Button type="submit" form={formId} variant="danger" busy={remove.isPending} disabled={!confirmed}>
            {t('deleteForGood')}
          </Button>
        </>
      }
    >
      <form id={formId} className="settings__form" noValidate onSubmit={submit}>
        <div className="settings__words">
          <h3>{t('whatGoes')}</h3>
          <ul className="bullets">
            <li>{t('yourProfileAtOnceA')}</li>
            <li>{t('yourShowsAndTheirRecordings')}</li>
            <li>{t('yourCommentsAndLikesUnder')}</li>
          </ul>
        </div>
        <div className="settings__words">
          <h3>{t('whatStays')}</h3>
          <ul className="bullets">
            <li>{t('isHeldBackFor30', { handle: me.handle })}</li>
            <li>{t('whatYouSignInWith')}</li>
          </ul>
        </div>
        <Field label={t('typeToConfirm', { handle: me.handle })} required>
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
