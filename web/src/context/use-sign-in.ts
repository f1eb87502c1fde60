import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { toast } from 'sonner';
import { messageOf } from '../api/api-error.ts';
import { useApp } from './app-context.ts';

/** Leaves for the sign-in page, to come back to where one is. */
export const useSignIn = () => {
  const { signInSession } = useApp();
  const router = useRouter();
  const [leaving, setLeaving] = useState(false);
  const signIn = () => {
    setLeaving(true);
    signInSession.signIn(router.state.location.href).catch((error: unknown) => {
      setLeaving(false);
      toast.error(messageOf(error));
    });
  };
  return { signIn, leaving };
};
