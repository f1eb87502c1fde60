import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { useSignIn } from '../context/use-sign-in.ts';

export const SignInButton = () => {
  const t = useTranslations('people');
  const { signIn, leaving } = useSignIn();
  return (
    <Button variant="primary" busy={leaving === 'usual'} onClick={signIn}>
      {t('signIn')}
    </Button>
  );
};
