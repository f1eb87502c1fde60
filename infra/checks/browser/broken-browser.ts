import type { Page } from '@playwright/test';

/**
 * Devices that another program has, until `freeDevices`; browsers say it so (w3c.github.io/mediacapture-main §10.3).
 *
 * @param only the camera, where the microphone is free @default both
 */
export const occupyDevices = (page: Page, only?: 'camera'): Promise<unknown> =>
  page.addInitScript((cameraOnly) => {
    const media = navigator.mediaDevices;
    const open = media.getUserMedia.bind(media);
    media.getUserMedia = (constraints) =>
      cameraOnly && !constraints?.video
        ? open(constraints)
        : Promise.reject(new DOMException('on purpose', 'NotReadableError'));
    Object.assign(globalThis, { freeDevices: () => void (media.getUserMedia = open) });
  }, only === 'camera');

export const freeDevices = (page: Page): Promise<void> =>
  page.evaluate(() => (Reflect.get(globalThis, 'freeDevices') as () => void)());

/** Cameras that `unplug` takes away and `plugIn` brings back: Chromium's own made-up ones are always there. */
export const holdCameras = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const media = navigator.mediaDevices;
    const open = media.getUserMedia.bind(media);
    const list = media.enumerateDevices.bind(media);
    const tracks: MediaStreamTrack[] = [];
    let gone = false;
    media.getUserMedia = async (constraints) => {
      if (gone && constraints?.video) throw new DOMException('on purpose', 'NotFoundError');
      const stream = await open(constraints);
      tracks.push(...stream.getVideoTracks());
      return stream;
    };
    media.enumerateDevices = async () => {
      const devices = await list();
      return gone ? devices.filter(({ kind }) => kind !== 'videoinput') : devices;
    };
    const tell = () => media.dispatchEvent(new Event('devicechange'));
    Object.assign(globalThis, {
      unplug: () => {
        gone = true;
        for (const track of tracks.filter(({ readyState }) => readyState === 'live')) {
          track.stop();
          track.dispatchEvent(new Event('ended'));
        }
        tell();
      },
      plugIn: () => {
        gone = false;
        tell();
      },
    });
  });

export const unplugCameras = (page: Page): Promise<void> =>
  page.evaluate(() => (Reflect.get(globalThis, 'unplug') as () => void)());

export const plugInCameras = (page: Page): Promise<void> =>
  page.evaluate(() => (Reflect.get(globalThis, 'plugIn') as () => void)());

/** Puts code before the engine's own in the worker that encodes and sends. */
const beforeEngine = (page: Page, code: string): Promise<unknown> =>
  page.route('**/assets/engine.worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code}\n${await response.text()}` });
  });

/** A browser whose encoders know no H.264: neither WebCodecs nor the recorder. */
export const withoutH264 = async (page: Page): Promise<void> => {
  await beforeEngine(
    page,
    'VideoEncoder.isConfigSupported = async (config) => ({ supported: false, config });' +
      "VideoEncoder.prototype.configure = () => { throw new DOMException('on purpose', 'NotSupportedError'); };",
  );
  await page.addInitScript(() => {
    const isTypeSupported = MediaRecorder.isTypeSupported.bind(MediaRecorder);
    MediaRecorder.isTypeSupported = (type) => !/avc|h264/i.test(type) && isTypeSupported(type);
  });
};

/** A browser that can encode nothing at all. */
export const withoutEncoders = async (page: Page): Promise<void> => {
  await beforeEngine(page, 'delete globalThis.VideoEncoder;');
  await page.addInitScript(() => void Reflect.deleteProperty(globalThis, 'MediaRecorder'));
};

type Ingest = { ingest: { url: string } };

/** Every address at which the page is to send a show, changed on its way, until `undo` is called. */
export const changeAddresses = async (
  page: Page,
  change: (url: URL) => unknown,
): Promise<{ undo: () => Promise<void> }> => {
  const paths = ['**/stream/create', '**/stream/*/ingest'];
  for (const path of paths)
    await page.route(path, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as Ingest;
      const url = new URL(answer.ingest.url);
      await change(url);
      await route.fulfill({ response, json: { ...answer, ingest: { ...answer.ingest, url: url.href } } });
    });
  return {
    undo: async () => {
      for (const path of paths) await page.unroute(path);
    },
  };
};

/** Leaves our pages so many bytes more of the disk than they have taken. */
export const leaveRoom = async (page: Page, bytes: number): Promise<void> => {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + bytes });
};

/** Has the browser say that so many bytes are left: Chromium says ten gigabytes to every page, whatever there is. */
export const tellRoom = (page: Page, bytes: number): Promise<unknown> =>
  page.addInitScript((quota) => {
    navigator.storage.estimate = () => Promise.resolve({ quota, usage: 0 });
  }, bytes);
