import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../context/app-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { Card } from '../ui/page.tsx';
import './settings-page.css';
import { useOffAir } from './use-off-air.ts';

/** The way out: of this browser, or of all of them. */
export const SignOutCard = () => {
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
          <h2 className="settings__heading">Sign out</h2>
          <p className="muted">Ends your session in every tab of this browser.</p>
        </div>
        <Button onClick={offAir(() => void signInSession.signOut())}>Sign out</Button>
      </div>
      <div className="settings__leave">
        <div className="settings__words">
          <h2 className="settings__heading">Sign out everywhere</h2>
          <p className="muted">Ends your sessions on all devices at once, for when one is lost or was not yours.</p>
        </div>
        <Button onClick={offAir(() => setAsking(true))}>Sign out everywhere</Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Sign out everywhere?"
        text="Every device and browser has to sign in again, this one too. A show that another device sends goes on until it needs a new connection."
        confirm="Sign out everywhere"
        busy={everywhere.isPending}
        onConfirm={() => everywhere.mutate()}
      />
    </Card>
  );
};
