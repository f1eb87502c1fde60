import { createContext, lazy, Suspense, useContext, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { part } from '../ui/part.ts';
import { Skeleton } from '../ui/skeleton.tsx';

const StudioHost = lazy(part(async () => ({ default: (await import('./studio-host.tsx')).StudioHost })));

const SlotContext = createContext<(slot: HTMLElement | null) => void>(() => {});

/**
 * Keeps a broadcast running while its creator looks at other pages. The studio lives here, above the pages, from the first
 * visit on, and is shown in the slot that the studio's page holds out to it. Its code is loaded only then.
 */
export const StudioAbovePages = ({ children }: { children: ReactNode }) => {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const [visited, setVisited] = useState(false);
  if (slot && !visited) setVisited(true);
  return (
    <SlotContext value={setSlot}>
      {children}
      {visited && (
        <Suspense fallback={slot && createPortal(<Skeleton height="16rem" />, slot)}>
          <StudioHost slot={slot} />
        </Suspense>
      )}
    </SlotContext>
  );
};

/** Where the studio is shown. */
export const StudioSlot = () => <div ref={useContext(SlotContext)} />;
