// oxlint-disable-next-line import/default -- the query makes it a URL: Vite builds the worklet into a file of its own
import tapModule from './capture/tap.worklet.ts?worker&url';
import { createSound } from './capture/sound.ts';
import { createCapture } from './capture/capture.ts';
import { createBroadcast, type BroadcastHandle } from './create-broadcast.ts';
import { parseRung } from './encode/ladder.ts';
import { LIMITS } from './limits.ts';
import { startLeftovers } from './leftovers.ts';
import { createPipeline, type Forced } from './pipeline.ts';
import type { BroadcastPorts } from './ports.ts';

const storage = (): Storage | undefined => {
  try {
    return localStorage;
  } catch {
    // Forbidden by the person's settings.
    return undefined;
  }
};

/** Asks the browser not to let the screen, and with it the camera, fall asleep; again whenever the tab comes back. */
const keepAwake = () => {
  let sentinel: WakeLockSentinel | undefined;
  let over = false;
  const ask = async () => {
    if (over || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      sentinel = await navigator.wakeLock.request('screen');
      if (over) await sentinel.release();
    } catch {
      // A low battery: the browser decides.
    }
  };
  const onVisible = () => void ask();
  document.addEventListener('visibilitychange', onVisible);
  void ask();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', onVisible);
    void sentinel?.release();
  };
};

/** What the page's address forces, for tests: `?rung=` is a rung's number or name. */
export const parseForced = (search: string): Forced => ({ rung: parseRung(new URLSearchParams(search).get('rung')) });

/** The broadcast of this browser. */
export const createBrowserBroadcast = (ports: BroadcastPorts, forced: Forced = {}): BroadcastHandle => {
  const broadcast = createBroadcast({
    ports,
    frameRate: LIMITS.frameRate,
    clock: () => Date.now(),
    createCapture: (listener) =>
      createCapture({
        ...listener,
        media: navigator.mediaDevices,
        storage: storage(),
        limits: LIMITS,
        createSound: () => createSound(tapModule),
      }),
    createPipeline: (parts) => createPipeline({ ...parts, limits: LIMITS, forced }),
    keepAwake,
    startLeftovers: (onChange) =>
      startLeftovers({
        worker: new Worker(new URL('./engine/leftovers.worker.ts', import.meta.url), {
          type: 'module',
          name: 'leftovers',
        }),
        getUrl: ports.getIngestUrl,
        onChange,
      }),
  });
  window.addEventListener('online', broadcast.online);
  return broadcast;
};
