import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useApp } from '../context/app-context.ts';
import { BroadcastProvider, useBroadcast } from '../broadcast/broadcast-provider.tsx';
import { createBrowserBroadcast, parseForced } from '../broadcast/browser-broadcast.ts';
import { createBroadcastPorts, createGuestPorts } from './broadcast-ports.ts';
import { OnAirBar } from './on-air-bar.tsx';
import { Studio } from './studio.tsx';

type Props = {
  slot: HTMLElement | null;
  /** Whether there is a show, or word of one that is over. */
  onShow: (has: boolean) => void;
};

/** The studio in its slot; on other pages only a reminder that one is on the air. */
export const StudioHost = ({ slot, onShow }: Props) => {
  const app = useApp();
  const [broadcast] = useState(() =>
    createBrowserBroadcast(createBroadcastPorts(app.api), createGuestPorts(app), parseForced(location.search)),
  );
  return (
    <BroadcastProvider broadcast={broadcast}>
      <TellOnAir onShow={onShow} />
      {slot ? createPortal(<Studio />, slot) : <OnAirBar />}
    </BroadcastProvider>
  );
};

/** While this tab sends a show, nothing may reload it. */
const TellOnAir = ({ onShow }: Pick<Props, 'onShow'>) => {
  const { renewal } = useApp();
  const { at } = useBroadcast().state;
  const onAir = at === 'connecting' || at === 'live' || at === 'reconnecting' || at === 'ending';
  useEffect(() => {
    renewal.setOnAir(onAir);
    return () => renewal.setOnAir(false);
  }, [renewal, onAir]);
  const hasShow = onAir || at === 'ended' || at === 'failed';
  useEffect(() => onShow(hasShow), [onShow, hasShow]);
  return null;
};
