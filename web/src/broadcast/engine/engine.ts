import { adaptBitrate, startBitrate, type Bitrate } from '../encode/bitrate.ts';
import { startWebCodecs, type Encoder } from '../encode/webcodecs.ts';
import { tryWebCodecs } from '../encode/webcodecs-trial.ts';
import type { OpenSocket } from '#ingest-client/socket';
import type { UrlAnswer } from '#ingest-client/dial';
import { startFeed, type Feed, type FeedStorage } from '#ingest-client/feed';
import type { UplinkEvent } from '#ingest-client/uplink';
import type { Limits } from '../limits.ts';
import { USUAL_STAGE, type ImageName, type Shown, type Stage } from '../picture/stage.ts';
import type { EncodeWith, FromEngine, ShowToKeep, ToEngine, WebCodecsPlan } from './messages.ts';
import { createPictures } from './pictures.ts';
import { startProduction, type Production } from './production.ts';
import { createStandstill } from './standstill.ts';
import { startTicker, type Ticker } from './ticker.ts';

const STATS_MS = 1_000;

type Parts = {
  openSocket: OpenSocket;
  limits: Limits;
  clock: () => number;
  /** In ms since 1970. */
  wallClock: () => number;
  /** Runs `then` after `ms`; answers how to call it off. */
  after: (ms: number, then: () => void) => () => void;
  /** To be called at the sound's pace. */
  beat: () => void;
  random: () => number;
  takesTracks: boolean;
  /** Where a feed is kept while it is sent; nothing where there is no such place. */
  openFeedStorage: (show: ShowToKeep & { onFull: () => void }) => Promise<FeedStorage | undefined>;
  post: (message: FromEngine) => void;
};

/** The part of a broadcast that must not stop with the page's own thread: everything after the camera. */
export const startEngine = ({ post, takesTracks, openFeedStorage, clock: ownClock, wallClock, ...others }: Parts) => {
  const { after, beat } = others;
  const standstill = createStandstill({
    clock: ownClock,
    wallClock,
    after,
    onStoodStill: (ms) => {
      post({ type: 'stood-still', ms: Math.round(ms) });
      feed?.nudge(ms);
    },
  });
  const { clock, recordedClock } = standstill;
  const parts = { ...others, clock };
  let { limits } = parts;
  const awaited = new Map<number, (answer: UrlAnswer) => void>();
  const pictures = createPictures();
  let shown: Shown = { camera: false, screen: false };
  let stage: Stage = USUAL_STAGE;
  /** Those that came before there was a mixer to take them. */
  const images = new Map<ImageName, ImageBitmap>();
  let feed: Feed | undefined;
  let encoder: Promise<Encoder> | undefined;
  /** Written by an encoder that was prepared, before there is a feed: the head of its container. */
  let early: Uint8Array[] = [];
  let production: Production | undefined;
  let pump: Ticker | undefined;
  let connected = false;
  /** Until when the page is not to be asked for a picture: for ever, while it has not answered. */
  let pageBusyUntilMs = 0;
  let bitrate: Bitrate = startBitrate(limits.videoKbps, clock());
  let nextId = 0;
  /** Blobs are read one after the other: two reads at once may end in either order, and the stream's order is its sense. */
  let chunksAppended: Promise<void> = Promise.resolve();

  const abandon = async () => {
    pump?.stop();
    await production?.abandon();
  };

  const fail = (error: unknown) => {
    void abandon();
    feed?.close();
    post({ type: 'encoder-failed', message: String(error) });
  };

  const append = (bytes: Uint8Array) => {
    if (!feed) return void early.push(bytes);
    try {
      feed.append(bytes);
    } catch (error) {
      fail(error);
    }
  };

  const prepare = (plan: WebCodecsPlan) => {
    const mine = startWebCodecs({
      ...plan,
      limits,
      write: (bytes) => encoder === mine && append(bytes),
      onError: (error) => encoder === mine && onEncoderError(error),
    });
    encoder = mine;
    mine.catch((error: unknown) => encoder === mine && onEncoderError(error));
  };

  /** Before the show it is no failure of the show: another one is started with it. */
  const onEncoderError = (error: unknown) => {
    if (feed) return fail(error);
    encoder = undefined;
    early = [];
  };

  const open = async ({ media, webcodecs, show }: Extract<ToEngine, { type: 'open' }>) => {
    standstill.begin();
    const storage = await openFeedStorage({ ...show, onFull: () => post({ type: 'room-gone' }) });
    if (webcodecs && !encoder) prepare(webcodecs);
    feed = startFeed({ ...parts, recordedClock, media, getUrl, storage, on: onUplink });
    for (const bytes of early.splice(0)) append(bytes);
    report(feed, { bytes: 0, pictures: 0, atMs: clock() });
  };

  const getUrl = () =>
    new Promise<UrlAnswer>((resolve) => {
      const id = nextId++;
      awaited.set(id, resolve);
      post({ type: 'url-wanted', id });
    });

  const onUplink = (event: UplinkEvent) => {
    if (event.type === 'connected' || event.type === 'restored') connected = true;
    if (event.type === 'lost') connected = false;
    if (event.type === 'finished' || event.type === 'failed') {
      standstill.end();
      void abandon();
    }
    post({ type: 'uplink', event });
  };

  const adapt = (backlogMs: number) => {
    const next = adaptBitrate(bitrate, backlogMs, clock(), limits);
    if (next.kbps !== bitrate.kbps) production?.setVideoKbps(next.kbps);
    bitrate = next;
  };

  const report = (of: Feed, before: { bytes: number; pictures: number; atMs: number }) =>
    after(STATS_MS, () => {
      if (feed !== of) return;
      const now = { bytes: of.bytes, pictures: production?.pictures ?? 0, atMs: clock() };
      const seconds = (now.atMs - before.atMs) / 1000;
      const backlogMs = of.backlogMs();
      if (connected) adapt(backlogMs);
      post({
        type: 'stats',
        stats: {
          backlogMs,
          heldMs: of.heldMs(),
          kbps: ((now.bytes - before.bytes) * 8) / 1000 / seconds,
          videoKbps: bitrate.kbps,
          fps: (now.pictures - before.pictures) / seconds,
          droppedFrames: production?.droppedFrames ?? 0,
        },
      });
      report(of, now);
    });

  /** A page that is slower than the ticks would never come to anything else: not even to show that End was pressed. */
  const tick = (): boolean => {
    if (pageBusyUntilMs > clock()) return false;
    pageBusyUntilMs = Infinity;
    post({ type: 'tick' });
    return true;
  };

  const encode = async (how: EncodeWith) => {
    production = startProduction(how, await encoder, { limits, clock: recordedClock, after, beat, tick });
    if (!production.mixer) return;
    pump = startTicker({ frameRate: limits.frameRate, clock, after, tick: () => void (pictures.pumped && tick()) });
    pictures.sendTo(production.mixer);
    for (const [name, image] of images) production.mixer.setImage(name, image);
    images.clear();
    production.mixer.show(shown, stage);
  };

  const stop = async () => {
    pump?.stop();
    await chunksAppended;
    await production?.finish();
    feed?.stop();
  };

  const close = async () => {
    standstill.end();
    feed?.close();
    feed = undefined;
    await Promise.all([abandon(), pictures.close()]);
    post({ type: 'closed' });
  };

  const receive = (message: ToEngine) => {
    switch (message.type) {
      case 'try-webcodecs':
        void tryWebCodecs({
          limits: { ...limits, ...message.picture },
          sampleRate: message.sampleRate,
          clock,
        }).then((trial) => post({ type: 'webcodecs-tried', trial }));
        return;
      case 'picture':
        limits = { ...limits, ...message.picture };
        bitrate = startBitrate(limits.videoKbps, clock());
        return;
      case 'prepare':
        return prepare(message.webcodecs);
      case 'open':
        open(message).catch(fail);
        return;
      case 'url':
        awaited.get(message.id)?.(message.answer);
        awaited.delete(message.id);
        return;
      case 'encode':
        encode(message.with).catch(fail);
        return;
      case 'source':
        return pictures.set(message.slot, message.source);
      case 'frame':
        return pictures.frame(message.slot, message.frame);
      case 'ticked':
        // No more than two thirds of its time go into pictures.
        pageBusyUntilMs = clock() + message.spentMs / 2;
        return;
      case 'show':
        ({ shown, stage } = message);
        return production?.mixer?.show(shown, stage);
      case 'image':
        if (production?.mixer) production.mixer.setImage(message.name, message.image);
        else if (message.image) images.set(message.name, message.image);
        else images.delete(message.name);
        return;
      case 'chunk':
        chunksAppended = chunksAppended.then(async () => append(new Uint8Array(await message.chunk.arrayBuffer())));
        return;
      case 'stop':
        stop().catch(fail);
        return;
      case 'online':
        return feed?.nudge(0);
      case 'close':
        void close();
    }
  };

  post({ type: 'started', takesTracks });
  return { receive };
};
