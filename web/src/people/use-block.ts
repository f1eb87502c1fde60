import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { useApp } from '../context/app-context.ts';

/** Blocks a person, or lifts the block, wherever that shows. */
export const useBlock = (handle: string) => {
  const { api } = useApp();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (blocked: boolean) => (blocked ? api.block(handle) : api.unblock(handle)),
    scope: { id: `block ${handle}` },
    onSuccess: async (_answer, blocked) => {
      toast.success(blocked ? `@${handle} is blocked` : `@${handle} is no longer blocked`);
      // Following each other has ended with it, here and in the other's counts.
      await Promise.all(
        ['profile', 'people', 'blocked', 'me', 'posts'].map((first) =>
          queryClient.invalidateQueries({ queryKey: [first] }),
        ),
      );
    },
  });
};
