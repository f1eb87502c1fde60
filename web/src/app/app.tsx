import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState, type ComponentType } from 'react';
import { AppContext, type AppParts } from '../context/app-context.ts';
import { onToastWanted } from '../ui/toast.ts';
import { Spoken } from '../words/spoken.tsx';
import type { AppRouter } from './router.tsx';
import '../ui/tokens.css';
import '../ui/base.css';

type Props = { parts: AppParts; router: AppRouter; queryClient: QueryClient };

/** Everything around the pages. */
export const App = ({ parts, router, queryClient }: Props) => (
  <AppContext value={parts}>
    <QueryClientProvider client={queryClient}>
      <Spoken languages={parts.languages}>
        <RouterProvider router={router} context={{ languages: parts.languages }} />
        <Toasts />
      </Spoken>
    </QueryClientProvider>
  </AppContext>
);

/** Where toasts are shown, once there is one. */
const Toasts = () => {
  const [Toaster, setToaster] = useState<ComponentType>();
  useEffect(
    () =>
      onToastWanted(() => {
        import('../ui/toaster.tsx').then(
          ({ Toaster: loaded }) => setToaster(() => loaded),
          // the next one that is said tries again
          () => {},
        );
      }),
    [],
  );
  return Toaster && <Toaster />;
};
