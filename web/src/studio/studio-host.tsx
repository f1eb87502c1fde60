import { useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import { useApp } from '../app-context.ts';
import { BroadcastProvider } from '../broadcast/broadcast-provider.tsx';
import { createBroadcastPorts } from './broadcast-ports.ts';
import { OnAirBar } from './on-air-bar.tsx';
import { Studio } from './studio.tsx';

/** The studio in its slot; on other pages only a reminder that one is on the air. */
export const StudioHost = ({ slot }: { slot: HTMLElement | null }) => {
  const { api } = useApp();
  const ports = useMemo(() => createBroadcastPorts(api), [api]);
  const [rung] = useState(() => new URLSearchParams(location.search).get('rung'));
  return (
    <BroadcastProvider ports={ports} rung={rung}>
      {slot ? createPortal(<Studio />, slot) : <OnAirBar />}
    </BroadcastProvider>
  );
};
