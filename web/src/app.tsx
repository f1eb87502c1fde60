import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Tooltip } from 'radix-ui';
import { Toaster } from 'sonner';
import { AppContext, type AppParts } from './app-context.ts';
import type { AppRouter } from './router.tsx';
import './ui/tokens.css';
import './ui/base.css';

type Props = { parts: AppParts; router: AppRouter; queryClient: QueryClient };

/** Everything around the pages. */
export const App = ({ parts, router, queryClient }: Props) => (
  <AppContext value={parts}>
    <QueryClientProvider client={queryClient}>
      <Tooltip.Provider delayDuration={400}>
        <RouterProvider router={router} />
        <Toaster theme="system" position="bottom-center" />
      </Tooltip.Provider>
    </QueryClientProvider>
  </AppContext>
);
