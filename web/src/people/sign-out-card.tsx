import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Card } from '../ui/page.tsx';
import './settings-page.css';
import { useOffAir } from './use-off-air.ts';

/** The way out: of this browser, or of all of them. */
export const SignOutCard = () => {
  const t = useTranslations('people');
  const { api, signInSession } = useApp();
  const offAir = useOffAir();
  const [asking, setAsking] = useState(false);
  const everywhere = useMutation({
    mutationFn: api.signOutEverywhere,
    onSuccess: () => signInSession.signOut(),
  });
  return (
    <Card className="settings__form">
      <div className="settings__leave">
        <div className="settings__words">
          <h2 className="settings__heading">{t('signOut')}</h2>
          <p className="muted">{t('endsYourSessionInEvery')}</p>
        </div>
        <Button onClick={offAir(() => void signInSession.signOut())}>{t('signOut')}</Button>
      </div>
      <div className="settings__leave">
        <div className="settings__words">
          <h2 className="settings__heading">{t('signOutEverywhere')}</h2>
          <p className="muted">{t('endsYourSessionsOnAll')}</p>
        </div>
        <Button onClick={offAir(() => setAsking(true))}>{t('signOutEverywhere')}</Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('signOutEverywhereQuestion')}
        text={t('everyDeviceAndBrowserHas')}
        confirm={t('signOutEverywhere')}
        busy={everywhere.isPending}
        onConfirm={() => everywhere.mutate()}
      />
    </Card>
  );
};
