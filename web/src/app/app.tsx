import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Tooltip } from 'radix-ui';
import { Toaster } from 'sonner';
import { useLocale, useTranslations } from 'use-intl';
import { AppContext, type AppParts } from '../context/app-context.ts';
import { LANGUAGES } from '../words/language.ts';
import { Spoken } from '../words/spoken.tsx';
import type { AppRouter } from './router.tsx';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/toast.css';

/** On the header, where neither a dialog nor the controls of a show ever are: dialogs begin under `--height-toasts`. */
const TOAST_OFFSET = { top: 'var(--space-2)' };

type Props = { parts: AppParts; router: AppRouter; queryClient: QueryClient };

/** Everything around the pages. */
export const App = ({ parts, router, queryClient }: Props) => (
  <AppContext value={parts}>
    <QueryClientProvider client={queryClient}>
      <Spoken languages={parts.languages}>
        <Tooltip.Provider delayDuration={400}>
          <RouterProvider router={router} context={{ languages: parts.languages }} />
          <Toasts />
        </Tooltip.Provider>
      </Spoken>
    </QueryClientProvider>
  </AppContext>
);

const Toasts = () => {
  const t = useTranslations('ui');
  return (
    <Toaster
      theme="system"
      dir={LANGUAGES[useLocale()].direction}
      containerAriaLabel={t('notifications')}
      position="top-center"
      visibleToasts={1}
      offset={TOAST_OFFSET}
      mobileOffset={TOAST_OFFSET}
    />
  );
};
