import { useEffect, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import { useApp } from '../context/app-context.ts';
import { BroadcastProvider, useBroadcast } from '../broadcast/broadcast-provider.tsx';
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
      <TellOnAir />
      {slot ? createPortal(<Studio />, slot) : <OnAirBar />}
    </BroadcastProvider>
  );
};

/** While this tab sends a show, nothing may reload it. */
const TellOnAir = () => {
  const { renewal } = useApp();
  const { at } = useBroadcast().state;
  const onAir = at === 'connecting' || at === 'live' || at === 'reconnecting' || at === 'ending';
  useEffect(() => {
    renewal.setOnAir(onAir);
    return () => renewal.setOnAir(false);
  }, [renewal, onAir]);
  return null;
};
