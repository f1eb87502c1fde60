import type { Page, Worker } from '@playwright/test';

/** What a page's broadcast has given its encoder, and when, by the machine's clock. */
export type Probed = {
  /** Timestamps of the pictures, in microseconds of the show. */
  pictures: number[];
  /** When each of them was. */
  encodedAtMs: number[];
  /** The bitrates that the encoder was told, in order. */
  kbps: number[];
  /** When a new picture of the camera was taken in: repeated ones do not count. */
  takenAtMs: number[];
  /** Each time that the page was hidden or shown. */
  turns: { atMs: number; hidden: boolean }[];
  startPressedAtMs: number;
  /** When a timer of the page itself woke that wants to wake ten times a second. */
  wokeAtMs: number[];
};

/** A picture's time, a new picture of the camera, the end of an encoder, or a bitrate. */
type Told = number | 'taken' | 'closed' | { kbps: number };

/** Runs in the page: gathers what the broadcast's worker tells, which is gone with its show. */
const listen = () => {
  const probed: Probed = {
    pictures: [],
    encodedAtMs: [],
    kbps: [],
    takenAtMs: [],
    turns: [],
    startPressedAtMs: 0,
    wokeAtMs: [],
  };
  Object.assign(globalThis, { probed });
  const forget = () => {
    probed.pictures.length = probed.encodedAtMs.length = probed.kbps.length = 0;
  };
  // One encoder is closed before the next is made: the trial's before the show's, however late the news of it comes.
  let isOver = false;
  new BroadcastChannel('probe').addEventListener('message', ({ data }: MessageEvent<Told>) => {
    if (data === 'taken') return void probed.takenAtMs.push(Date.now());
    if (data === 'closed') return void (isOver = true);
    if (isOver) forget();
    isOver = false;
    if (typeof data === 'object') return void probed.kbps.push(data.kbps);
    probed.pictures.push(data);
    probed.encodedAtMs.push(Date.now());
  });
  setInterval(() => probed.wokeAtMs.push(Date.now()), 100);
  document.addEventListener('visibilitychange', () =>
    probed.turns.push({ atMs: Date.now(), hidden: document.visibilityState === 'hidden' }),
  );
  // The dialog's form: Start was pressed.
  document.addEventListener(
    'submit',
    () => {
      forget();
      probed.startPressedAtMs = Date.now();
    },
    true,
  );
};

/** Runs in the broadcast's worker. */
const tell = () => {
  const channel = new BroadcastChannel('probe');
  VideoEncoder.prototype.encode = new Proxy(Reflect.get(VideoEncoder.prototype, 'encode'), {
    apply: (encode, encoder, given: Parameters<VideoEncoder['encode']>) => {
      channel.postMessage(given[0].timestamp);
      return Reflect.apply(encode, encoder, given);
    },
  });
  VideoEncoder.prototype.configure = new Proxy(Reflect.get(VideoEncoder.prototype, 'configure'), {
    apply: (configure, encoder, given: Parameters<VideoEncoder['configure']>) => {
      channel.postMessage({ kbps: (given[0].bitrate ?? 0) / 1000 });
      return Reflect.apply(configure, encoder, given);
    },
  });
  VideoEncoder.prototype.close = new Proxy(Reflect.get(VideoEncoder.prototype, 'close'), {
    apply: (close, encoder) => {
      channel.postMessage('closed');
      return Reflect.apply(close, encoder, []);
    },
  });
  VideoFrame.prototype.copyTo = new Proxy(Reflect.get(VideoFrame.prototype, 'copyTo'), {
    apply: (copyTo, frame, given: Parameters<VideoFrame['copyTo']>) => {
      channel.postMessage('taken');
      return Reflect.apply(copyTo, frame, given);
    },
  });
};

/** What runs in the page was compiled for Node by esbuild, which marks functions' names by a helper of its own. */
export const HELPER = 'globalThis.__name ??= (named) => named';

/** Watches the broadcasts of a page, from before it is opened. */
export const watchBroadcast = async (page: Page): Promise<{ read: () => Promise<Probed> }> => {
  await page.addInitScript(HELPER);
  await page.addInitScript(listen);
  page.on('worker', (worker: Worker) => {
    // Not the AAC encoder's.
    if (!worker.url().includes('engine.worker')) return;
    worker
      .evaluate(HELPER)
      .then(() => worker.evaluate(tell))
      .catch(() => {
        // Gone before it could be asked: it has encoded nothing.
      });
  });
  return { read: () => page.evaluate(() => Reflect.get(globalThis, 'probed') as Probed) };
};
