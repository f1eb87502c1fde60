// oxlint-disable-next-line import/default -- the query makes it a URL: Vite builds the worklet into a file of its own
import tapModule from './capture/tap.worklet.ts?worker&url';
import { createSound } from './capture/sound.ts';
import { createCapture } from './capture/capture.ts';
import { createBroadcast, type BroadcastHandle } from './create-broadcast.ts';
import { createConnection } from './guests/peer.ts';
import { playVoice } from './guests/play-voice.ts';
import { createStudioGuests } from './guests/studio-guests.ts';
import { parseRung } from './encode/ladder.ts';
import { tryUplink } from './encode/uplink-trial.ts';
import { LIMITS } from './limits.ts';
import { parseWish, USUAL_WISH, wishText, type PictureWish } from './picture/format.ts';
import type { Size } from './picture/layout.ts';
import { playHidden } from './picture/sources.ts';
import { keepAwake } from './keep-awake.ts';
import { createBrowserScenes } from './scenes/browser-scenes.ts';
import { startLeftovers } from './leftovers.ts';
import { createPipeline, type Forced } from './pipeline.ts';
import type { BroadcastPorts, GuestPorts } from './ports.ts';

const storage = (): Storage | undefined => {
  try {
    return localStorage;
  } catch {
    // Forbidden by the person's settings.
    return undefined;
  }
};

/** What the page's address forces: `?rung=` is a rung's number or name, `?picture=` a shape and quality (`upright-1080p60`). */
export const parseForced = (search: string): Forced => {
  const asked = new URLSearchParams(search);
  return { rung: parseRung(asked.get('rung')), picture: parseWish(asked.get('picture')) };
};

const WISH_KEY = 'vybzz.picture';

/** The creator's wish for the picture, kept in this browser unless the address forces another. */
const keptWish = (kept: Storage | undefined, forced: PictureWish | undefined) => ({
  read: () => forced ?? parseWish(kept?.getItem(WISH_KEY)) ?? USUAL_WISH,
  keep: (wish: PictureWish) => {
    try {
      kept?.setItem(WISH_KEY, wishText(wish));
    } catch {
      // A full storage costs only the memory of a choice.
    }
  },
});

const KEEP_KEY = 'vybzz.keep';

/** Whether recordings are to stay on this device, kept in this browser. */
const keptKeeping = (kept: Storage | undefined) => ({
  read: () => kept?.getItem(KEEP_KEY) === 'yes',
  keep: (keep: boolean) => {
    // Else the browser may take them away where it needs the room.
    if (keep) void navigator.storage?.persist().catch(() => false);
    try {
      kept?.setItem(KEEP_KEY, keep ? 'yes' : 'no');
    } catch {
      // A full storage costs only the memory of a choice.
    }
  },
});

const MEASURE_MS = 1_500;

/** The size of a track's pictures as they are shown: what its settings say is that of a phone that lies. */
const measureTrack = (track: MediaStreamTrack) =>
  new Promise<Size | undefined>((resolve) => {
    const video = playHidden(track);
    const done = () => {
      clearTimeout(timer);
      const { videoWidth: width, videoHeight: height } = video;
      video.srcObject = null;
      resolve(width > 0 ? { width, height } : undefined);
    };
    const timer = setTimeout(done, MEASURE_MS);
    video.addEventListener('loadedmetadata', done, { once: true });
  });

/** The broadcast of this browser. */
export const createBrowserBroadcast = (
  ports: BroadcastPorts,
  guestPorts: GuestPorts,
  forced: Forced = {},
): BroadcastHandle => {
  const broadcast = createBroadcast({
    ports,
    wish: keptWish(storage(), forced.picture),
    keeping: keptKeeping(storage()),
    insists: forced.picture !== undefined,
    tryUplink,
    clock: () => Date.now(),
    createCapture: (listener) =>
      createCapture({
        ...listener,
        media: navigator.mediaDevices,
        storage: storage(),
        limits: LIMITS,
        measure: measureTrack,
        createSound: () => createSound(tapModule),
      }),
    createPipeline: (parts) => createPipeline({ ...parts, limits: LIMITS, forced }),
    createScenes: createBrowserScenes,
    createGuests: (listener) =>
      createStudioGuests({
        ...listener,
        ports: guestPorts,
        connect: createConnection,
        play: playVoice,
        newSession: () => crypto.randomUUID(),
        origin: location.origin,
      }),
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
