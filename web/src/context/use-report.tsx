import { type ReactNode, useState } from 'react';
import type { About } from '#contract/reports';
import { Late } from '../ui/late.tsx';
import { useSignedIn } from './app-context.ts';
import { useSignIn } from './use-sign-in.ts';

const loadDialog = () => import('./report-dialog.tsx');

/** What opens the way to report something, from a menu or a button, and the dialog to stand beside that. */
export const useReport = (about: About): { report: () => void; dialog: ReactNode } => {
  const signedIn = useSignedIn();
  const { signIn } = useSignIn();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return {
    report: () => (signedIn ? setOpen(true) : signIn()),
    dialog: open && (
      <Late load={loadDialog} onMissing={close}>
        {({ ReportDialog }) => <ReportDialog about={about} onClose={close} />}
      </Late>
    ),
  };
};
