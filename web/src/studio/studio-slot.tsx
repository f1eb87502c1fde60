import { createContext, lazy, Suspense, useContext, useMemo, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { part } from '../ui/part.ts';
import { Skeleton } from '../ui/skeleton.tsx';

const StudioHost = lazy(part(async () => ({ default: (await import('./studio-host.tsx')).StudioHost })));

type Held = {
  hold: (slot: HTMLElement | null) => void;
  /** There is a show of this tab, or word of one that is over and has not been read. */
  hasShow: boolean;
};
/** What a page and the studio above it hold out to each other. */
export const SlotContext = createContext<Held>({ hold: () => {}, hasShow: false });

/**
 * Keeps a broadcast running while its creator looks at other pages. The studio lives here, above the pages, from the first
 * visit on, and is shown in the slot that the studio's page holds out to it. Its code is loaded only then.
 */
export const StudioAbovePages = ({ children }: { children: ReactNode }) => {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const [visited, setVisited] = useState(false);
  const [hasShow, setHasShow] = useState(false);
  const held = useMemo(() => ({ hold: setSlot, hasShow }), [hasShow]);
  if (slot && !visited) setVisited(true);
  return (
    <SlotContext value={held}>
      {children}
      {visited && (
        <Suspense fallback={slot && createPortal(<Skeleton height="16rem" />, slot)}>
          <StudioHost slot={slot} onShow={setHasShow} />
        </Suspense>
      )}
    </SlotContext>
  );
};

/** Where the studio is shown. */
export const StudioSlot = () => {
  const { hold } = useContext(SlotContext);
  return <div ref={hold} />;
};

export const useHasShow = (): boolean => useContext(SlotContext).hasShow;
