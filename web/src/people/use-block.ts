import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import { useApp } from '../context/app-context.ts';

/** Blocks a person, or lifts the block, wherever that shows. */
export const useBlock = (handle: string) => {
  const t = useTranslations('people');
  const { api } = useApp();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (blocked: boolean) => (blocked ? api.block(handle) : api.unblock(handle)),
    scope: { id: `block ${handle}` },
    onSuccess: async (_answer, blocked) => {
      toast.success(blocked ? t('isBlocked', { handle }) : t('isNoLongerBlocked', { handle }));
      // Following each other has ended with it, here and in the other's counts.
      await Promise.all(
        ['profile', 'people', 'blocked', 'me', 'posts'].map((first) =>
          queryClient.invalidateQueries({ queryKey: [first] }),
        ),
      );
    },
  });
};
