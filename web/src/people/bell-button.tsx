import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bell, BellRing } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useApp, useSignedIn } from '../context/app-context.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { useNotices } from './use-notices.ts';

/** Has one told when somebody whom one follows goes live, or no more. Not shown where one does not follow them. */
export const BellButton = ({ handle }: { handle: string }) => {
  const t = useTranslations('people');
  const { api, queries } = useApp();
  const signedIn = useSignedIn();
  const queryClient = useQueryClient();
  const notices = useNotices();
  const { data: person } = useQuery(queries.profile(handle));
  const patch = (notified: boolean) =>
    queryClient.setQueryData(queries.profile(handle).queryKey, (known) => known && { ...known, notified });
  const ring = useMutation({
    mutationFn: async (notified: boolean) => {
      // the browser first: it asks the person, and what they have refused is not promised
      if (notified && !notices.isOn && (await notices.turnOn.mutateAsync()) !== 'on') return false;
      await api.notify(handle, notified);
      return notified;
    },
    scope: { id: `bell ${handle}` },
    onSuccess: async (notified) => {
      patch(notified);
      await queryClient.invalidateQueries({ queryKey: queries.bells().queryKey });
    },
  });
  if (!signedIn || !person?.followed) return null;
  const notified = person.notified === true;
  return (
    <IconButton
      label={notified ? t('stopTellingMeWhen', { name: person.name }) : t('tellMeWhen', { name: person.name })}
      icon={notified ? <BellRing /> : <Bell />}
      // disabled it would lose the focus of whoever has just pressed it
      aria-disabled={ring.isPending || undefined}
      onClick={() => {
        if (!ring.isPending) ring.mutate(!notified);
      }}
    />
  );
};
