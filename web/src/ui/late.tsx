import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { toast } from './toast.ts';

type Props<Module> = {
  /** Brings the code; the same function each time. */
  load: () => Promise<Module>;
  /** The code has not come, and that has been said: whoever opened this takes it as closed. @default it is asked for again once there is a network */
  onMissing?: () => void;
  /** What is shown once the code has come; nothing until then. */
  children: (module: Module) => ReactNode;
};

/**
 * A part of a page whose code comes when it is first shown. Where it does not come, because the network is away or a newer version has
 * taken its place on the server, the rest of the page goes on. With `lazy` the whole page would fail, and a creator in mid-show would
 * lose the way to mute and end it.
 */
export const Late = <Module,>({ load, onMissing, children }: Props<Module>) => {
  const t = useTranslations('ui');
  const [arrived, setArrived] = useState<{ module: Module }>();
  const missing = useRef(onMissing);
  useEffect(() => {
    missing.current = onMissing;
  }, [onMissing]);
  useEffect(() => {
    const over = new AbortController();
    const ask = () => {
      load().then(
        (module) => {
          if (!over.signal.aborted) setArrived({ module });
        },
        () => {
          if (over.signal.aborted) return;
          toast.error(t('partNotLoaded'));
          if (missing.current) missing.current();
          else window.addEventListener('online', ask, { once: true, signal: over.signal });
        },
      );
    };
    ask();
    return () => over.abort();
  }, [load, t]);
  return arrived && children(arrived.module);
};
