import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { About } from '#contract/reports';
import { part } from '../ui/part.ts';
import { useSignedIn } from './app-context.ts';
import { useSignIn } from './use-sign-in.ts';

const ReportDialog = lazy(part(async () => ({ default: (await import('./report-dialog.tsx')).ReportDialog })));

/** What opens the way to report something, from a menu or a button, and the dialog to stand beside that. */
export const useReport = (about: About): { report: () => void; dialog: ReactNode } => {
  const signedIn = useSignedIn();
  const { signIn } = useSignIn();
  const [open, setOpen] = useState(false);
  return {
    report: () => (signedIn ? setOpen(true) : signIn()),
    dialog: open && (
      <Suspense>
        <ReportDialog about={about} onClose={() => setOpen(false)} />
      </Suspense>
    ),
  };
};
