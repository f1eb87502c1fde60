import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';

const NOT_TOLD = {
  impossible: 'noticesAreImpossible',
  refused: 'noticesAreRefused',
  'not-set-up': 'noticesAreNotSetUp',
  'not-allowed': 'noticesWereNotAllowed',
} as const;

/** Notices in this browser: whether it shows them, and what turns them on (at a press) and off. */
export const useNotices = () => {
  const t = useTranslations('people');
  const { api, queries, browserPush, pushId } = useApp();
  const queryClient = useQueryClient();
  const [isOn, setIsOn] = useState(() => browserPush.permission() === 'given' && pushId.read() !== null);
  const askAgain = () => queryClient.invalidateQueries({ queryKey: queries.push().queryKey });

  const subscribe = async (): Promise<'on' | keyof typeof NOT_TOLD> => {
    const permission = browserPush.permission();
    if (permission === 'impossible' || permission === 'refused') return permission;
    const { publicKey } = await api.push();
    if (publicKey === undefined) return 'not-set-up';
    const subscription = await browserPush.subscribe(publicKey);
    if (!subscription) return 'not-allowed';
    pushId.write((await api.subscribePush(subscription)).id);
    return 'on';
  };

  const turnOn = useMutation({
    mutationFn: subscribe,
    onSuccess: async (outcome) => {
      setIsOn(outcome === 'on');
      if (outcome !== 'on') toast.error(t(NOT_TOLD[outcome]));
      await askAgain();
    },
  });

  const turnOff = useMutation({
    mutationFn: async () => {
      const id = pushId.read();
      await browserPush.unsubscribe();
      pushId.write(undefined);
      if (id !== null) await api.unsubscribePush(id);
    },
    onSuccess: async () => {
      setIsOn(false);
      await askAgain();
    },
  });

  return { isOn, turnOn, turnOff, permission: browserPush.permission() };
};
