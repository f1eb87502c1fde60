import { LockKeyhole } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { EmptyState, type HeadingLevel } from '../ui/empty-state.tsx';
import { useSignIn } from './use-sign-in.ts';
import './sign-in-gate.css';

type Props = { title: string; heading?: HeadingLevel; children: ReactNode };

/** Stands where something would be that is only for the signed-in. */
export const SignInGate = ({ title, heading, children }: Props) => {
  const t = useTranslations('ui');
  const { signIn, signUp, leaving } = useSignIn();
  return (
    <EmptyState
      icon={<LockKeyhole />}
      title={title}
      heading={heading}
      action={
        <div className="sign-in-gate">
          <Button variant="primary" size="l" busy={leaving === 'usual'} onClick={signIn}>
            {t('continueToSignIn')}
          </Button>
          <Button variant="ghost" size="l" busy={leaving === 'new'} onClick={signUp}>
            {t('createAnAccount')}
          </Button>
        </div>
      }
    >
      {children}
    </EmptyState>
  );
};
