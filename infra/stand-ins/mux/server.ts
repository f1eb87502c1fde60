import { once, setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { answersTo } from '../hosts.ts';
import { createAssetRoutes } from './api/assets.ts';
import { createMuxApp } from './api/app.ts';
import { createLiveStreamRoutes } from './api/live-streams.ts';
import { createPlaybackLookup } from './api/playback-ids.ts';
import { createSystemRoutes } from './api/system.ts';
import { createRelay } from './live-streams/simulcast.ts';
import { createLiveStreams } from './live-streams/live-streams.ts';
import { createFaults } from './faults.ts';
import { openStore, type Store } from './store.ts';
import { LIMITS, type Limits } from './limits.ts';
import { createLocalRoutes } from './local-routes.ts';
import { createPictures } from './playback/pictures.ts';
import { createPlaybackRoutes } from './playback/routes.ts';
import { createCaptions } from './recording/captions.ts';
import { createClips } from './recording/clips.ts';
import { createStaticFiles } from './recording/static-files.ts';
import { createRetention } from './recording/retention.ts';
import { openCertificates } from './rtmp/certificates.ts';
import { startRtmpsListener } from './rtmp/rtmps-listener.ts';
import { startDelivery } from './webhooks/delivery.ts';
import { createEvents } from './webhooks/events.ts';

type Settings = {
  /** 0: any free one. */
  port: number;
  rtmpsPort: number;
  /** Where it listens; in a container, all of its addresses. @default the loopback interface */
  host?: string;
  /** What others call it, beside this machine's own names: its certificate says so, and it answers to no other `Host`. */
  hostNames?: string[];
  dataDir: string;
  ffmpegPath?: string;
  /** Where webhooks go, beside those that the API is told. */
  webhookUrl?: string;
  token: { id: string; secret: string };
  webhookSecret: string;
  log?: (line: string) => void;
  limits?: Partial<Limits>;
  now?: () => number;
};

const DEFAULT_ENDPOINT = 'default';
const TIDY_MS = 60_000;

/**
 * Starts a stand-in for Mux: its API, RTMPS in, HLS out, recordings, and signed webhooks, all on this machine. What it does not
 * know of Mux, and what it leaves out, is in `infra/decisions/mux-stand-in.md`.
 */
export const startMux = async ({
  port,
  rtmpsPort,
  host = '127.0.0.1',
  hostNames = [],
  dataDir,
  ffmpegPath = 'ffmpeg',
  webhookUrl,
  token,
  webhookSecret,
  log = () => {},
  ...rest
}: Settings) => {
  const limits: Limits = { ...LIMITS, ...rest.limits };
  const now = rest.now ?? Date.now;
  const store = openStore(dataDir, log);
  setDefaultEndpoint(store, webhookUrl, webhookSecret, now());
  const certificates = await openCertificates(join(dataDir, 'tls'), now(), hostNames);

  const stop = new AbortController();
  const closing = stop.signal;
  // Each FFmpeg that runs listens to it.
  setMaxListeners(0, closing);

  const faults = createFaults();
  const delivery = startDelivery({ store, faults, limits, now, log });
  const events = createEvents({ limits, now, enqueue: delivery.enqueue, log });
  const { announce } = events;
  const retention = createRetention({ store, limits, now, announce, log });
  retention.tidy();
  const relay = createRelay({ store, announce, limits, log });
  const captions = createCaptions({ store, announce, limits, closing });
  const pictures = createPictures({ ffmpegPath, limits, closing });
  const live = createLiveStreams({
    store,
    retention,
    announce,
    relay,
    captions,
    faults,
    ffmpegPath,
    limits,
    closing,
    now,
    log,
  });
  const files = createStaticFiles({ store, ffmpegPath, limits, closing, announce, log });
  const clips = createClips({ store, ffmpegPath, limits, closing, announce, captions, log });
  const tidying = setInterval(retention.tidy, TIDY_MS);

  const stopParts = async (): Promise<void> => {
    stop.abort();
    clearInterval(tidying);
    relay.close();
    await Promise.all([live.close(), pictures.close(), files.close(), clips.close()]);
    await delivery.close();
  };

  try {
    const rtmps = await startRtmpsListener({
      port: rtmpsPort,
      host,
      ...certificates,
      admit: live.admit,
      faults,
      limits,
      now,
      log,
    });
    const app = createMuxApp({
      token,
      faults,
      log,
      isForUs: answersTo(hostNames),
      open: createPlaybackRoutes({ store, live, pictures, limits, now }),
      local: createLocalRoutes({ store, live, faults, events: events.log, resetEncoders: rtmps.resetAll }),
      rooms: {
        '/video/v1/live-streams': createLiveStreamRoutes({ store, live, announce, limits, now }),
        '/video/v1/assets': createAssetRoutes({ store, retention, files, clips, captions, announce, limits, now }),
        '/video/v1/playback-ids': createPlaybackLookup(store),
        '/system/v1': createSystemRoutes({ store, limits, now, tokenId: token.id, wakeDelivery: delivery.wake }),
      },
    });
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    server.listen(port, host);
    await once(server, 'listening').catch(async (cause: unknown) => {
      await rtmps.close();
      throw cause;
    });
    const address = server.address();
    const boundPort = typeof address === 'object' && address !== null ? address.port : port;
    let closed: Promise<void> | undefined;

    return {
      url: `http://localhost:${boundPort}`,
      rtmpsUrl: `rtmps://localhost:${rtmps.port}/app`,
      caFile: certificates.caFile,
      port: boundPort,
      rtmpsPort: rtmps.port,
      faults: Object.assign(faults, { resetEncoders: rtmps.resetAll }),
      events: events.log,
      /** Ends everything, in order, within 3 s; the next start goes on from what is on disk. */
      close: () =>
        (closed ??= (async () => {
          const unheard = new Promise((resolve) => server.close(resolve));
          if ('closeAllConnections' in server) server.closeAllConnections();
          const stopped = stopParts();
          await Promise.all([unheard, rtmps.close(), stopped]);
        })()),
    };
  } catch (cause) {
    await stopParts();
    throw cause;
  }
};

/** The endpoint of `webhookUrl` is kept like the others, so that what waits for it finds it again. */
const setDefaultEndpoint = ({ endpoints }: Store, address: string | undefined, secret: string, now: number): void => {
  if (address === undefined) endpoints.remove(DEFAULT_ENDPOINT);
  else endpoints.put({ id: DEFAULT_ENDPOINT, address, created_at: Math.floor(now / 1_000), enabled: true, secret });
};
