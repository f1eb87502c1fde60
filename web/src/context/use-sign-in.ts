import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { toast } from 'sonner';
import { useErrorWords } from '../words/error-words.ts';
import { useApp } from './app-context.ts';

/** Leaves for the sign-in page, to come back to where one is. */
export const useSignIn = () => {
  const { signInSession } = useApp();
  const router = useRouter();
  const errorWords = useErrorWords();
  const [leaving, setLeaving] = useState(false);
  const signIn = () => {
    setLeaving(true);
    signInSession.signIn(router.state.location.href).catch((error: unknown) => {
      setLeaving(false);
      toast.error(errorWords(error));
    });
  };
  return { signIn, leaving };
};
