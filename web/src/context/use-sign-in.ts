import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { toast } from '../ui/toast.ts';
import { useErrorWords } from '../words/error-words.ts';
import type { SignInHow } from '../api/sign-in-session.ts';
import { useApp } from './app-context.ts';

/** Leaves for the sign-in page, to come back to where one is. */
export const useSignIn = () => {
  const { signInSession } = useApp();
  const router = useRouter();
  const errorWords = useErrorWords();
  const [leaving, setLeaving] = useState<SignInHow>();
  const leave = (how: SignInHow) => {
    setLeaving(how);
    signInSession.signIn(router.state.location.href, how).catch((error: unknown) => {
      setLeaving(undefined);
      toast.error(errorWords(error));
    });
  };
  return { signIn: () => leave('usual'), signUp: () => leave('new'), leaving };
};
