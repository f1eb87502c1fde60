import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ActOnReport } from '#contract/reports';
import { useApp } from '../context/app-context.ts';

/** Does something about what was reported, and has both lists say so. */
export const useActOnReport = () => {
  const { api } = useApp();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: ActOnReport) => api.actOnReport(wanted),
    onSettled: () =>
      Promise.all(['reports', 'platform-acts'].map((first) => queryClient.invalidateQueries({ queryKey: [first] }))),
  });
};
