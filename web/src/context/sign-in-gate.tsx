import { LockKeyhole } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useSignIn } from './use-sign-in.ts';

/** Stands where something would be that is only for the signed-in. */
export const SignInGate = ({ title, children }: { title: string; children: ReactNode }) => {
  const t = useTranslations('ui');
  const { signIn, leaving } = useSignIn();
  return (
    <EmptyState
      icon={<LockKeyhole />}
      title={title}
      action={
        <Button variant="primary" size="l" busy={leaving} onClick={signIn}>
          {t('continueToSignIn')}
        </Button>
      }
    >
      {children}
    </EmptyState>
  );
};
