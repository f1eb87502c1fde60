import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Tooltip } from 'radix-ui';
import { Toaster } from 'sonner';
import { AppContext, type AppParts } from './app-context.ts';
import type { AppRouter } from './router.tsx';
import './ui/tokens.css';
import './ui/base.css';
import './ui/toast.css';

/** Under the header: at the foot of the page it would lie on the buttons of dialogs. */
const TOAST_TOP = 'calc(var(--height-header) + var(--space-3))';

type Props = { parts: AppParts; router: AppRouter; queryClient: QueryClient };

/** Everything around the pages. */
export const App = ({ parts, router, queryClient }: Props) => (
  <AppContext value={parts}>
    <QueryClientProvider client={queryClient}>
      <Tooltip.Provider delayDuration={400}>
        <RouterProvider router={router} />
        <Toaster theme="system" position="top-center" offset={{ top: TOAST_TOP }} mobileOffset={{ top: TOAST_TOP }} />
      </Tooltip.Provider>
    </QueryClientProvider>
  </AppContext>
);
