import { createContext, useContext, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { toast } from '../ui/toast.ts';
import { useTranslations } from 'use-intl';
import type { Broadcast } from './broadcast.ts';
import type { BroadcastHandle, Snapshot } from './create-broadcast.ts';
import { grabPicture } from './grab-picture.ts';
import { clockText, wholeSeconds } from './status.ts';
import type { Translate } from '../words/translate.ts';

const BroadcastContext = createContext<BroadcastHandle | undefined>(undefined);

type Props = { broadcast: BroadcastHandle; children: ReactNode };

const isRunning = ({ at }: Broadcast) =>
  at === 'connecting' || at === 'live' || at === 'reconnecting' || at === 'ending';

/** Asks before the tab is closed over a running show. */
const askBeforeLeaving = (broadcast: BroadcastHandle) => {
  const ask = (event: BeforeUnloadEvent) => {
    if (isRunning(broadcast.getSnapshot().state)) event.preventDefault();
  };
  window.addEventListener('beforeunload', ask);
  return () => window.removeEventListener('beforeunload', ask);
};

const stillUntil = (state: Broadcast) => ('still' in state ? state.still?.untilMs : undefined);

/** News of a broadcast replaces the news before it. */
const ONE_TOAST = { id: 'broadcast' };

/** Says in passing what a creator might miss while looking at another page. */
const announce = (broadcast: BroadcastHandle, t: Translate<'broadcast'>) => {
  let before = broadcast.getSnapshot().state;
  return broadcast.subscribe(() => {
    const { state, stats } = broadcast.getSnapshot();
    if (state === before) return;
    const stillMs = stillUntil(state);
    if (stillMs !== undefined && stillMs !== stillUntil(before) && 'still' in state && state.still)
      toast.warning(t('stoodStill', { length: clockText(state.still.lastMs) }));
    if (state.at === 'connecting' && state.now === 'starting') toast.success(t('connectedStarting'), ONE_TOAST);
    if (state.at === 'reconnecting') toast.warning(t('connectionLost'), ONE_TOAST);
    if (state.at === 'live' && before.at === 'reconnecting')
      toast.success(t('connectedAgain', { seconds: wholeSeconds(stats?.backlogMs ?? 0) }), ONE_TOAST);
    before = state;
  });
};

/** Holds the one broadcast of this tab above the pages, so that moving between them does not touch it. */
export const BroadcastProvider = ({ broadcast, children }: Props) => {
  useEffect(() => askBeforeLeaving(broadcast), [broadcast]);
  const t = useTranslations('broadcast');
  useEffect(() => announce(broadcast, t), [broadcast, t]);
  useEffect(
    () =>
      broadcast.scenes.setWords({
        starting: t('card.starting'),
        break: t('card.break'),
        ended: t('card.ended'),
        off: t('cameraIsOff'),
      }),
    [broadcast, t],
  );
  return <BroadcastContext value={broadcast}>{children}</BroadcastContext>;
};

/** The broadcast of this tab, by which it is started, steered and ended. */
export const useBroadcastHandle = (): BroadcastHandle => {
  const broadcast = useContext(BroadcastContext);
  if (!broadcast) throw new Error('useBroadcast outside of BroadcastProvider');
  return broadcast;
};

/** The broadcast of this tab as it is now. */
export const useBroadcast = (): Snapshot => {
  const broadcast = useBroadcastHandle();
  return useSyncExternalStore(broadcast.subscribe, broadcast.getSnapshot);
};

/** Takes the picture that the camera gives now; undefined while it gives none. */
export const useCameraPicture = (): (() => Promise<File | undefined>) | undefined => {
  const { camera, cameraOn } = useBroadcast().capture;
  return camera && cameraOn ? () => grabPicture(camera) : undefined;
};

/** The stream that this tab is sending, if any: for a page that wants to know whether it is its own. */
export const useRunningStream = (): string | undefined => {
  const { state } = useBroadcast();
  return isRunning(state) && 'streamId' in state ? state.streamId : undefined;
};
