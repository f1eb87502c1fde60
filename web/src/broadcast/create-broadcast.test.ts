import { describe, expect, test } from 'vitest';
import type { Sound } from './capture/sound.ts';
import type { Capture, CaptureListener } from './capture/capture.ts';
import type { CaptureView } from './capture/capture-view.ts';
import { nobody, PLAN } from './broadcast.testing.ts';
import { createBroadcast } from './create-broadcast.ts';
import type { BroadcastPorts, CreateStream } from './ports.ts';
import type { Plan } from './encode/ladder.ts';
import { USUAL_WISH } from './picture/format.ts';
import { NOTHING_KEPT } from './scenes/scene-store.ts';
import { createScenes } from './scenes/scenes.ts';
import type { Pipeline, PipelineParts } from './pipeline.ts';
import { createTime } from '#ingest-client/time.testing';

const VIEW: CaptureView = {
  cameras: [],
  microphones: [],
  cameraId: undefined,
  facing: undefined,
  blur: undefined,
  microphoneId: undefined,
  hasMicrophone: true,
  cameraOn: true,
  muted: false,
  gains: { microphone: 1, shared: 1 },
  processing: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  hasSharedSound: false,
  camera: undefined,
  screen: undefined,
  notice: undefined,
};

const makeShow = ({
  plan,
  opened,
}: { plan?: Plan | undefined; opened?: Awaited<ReturnType<Capture['open']>> } = {}) => {
  const time = createTime();
  const did: string[] = [];
  let pipelineParts: PipelineParts | undefined;
  const without: string[][] = [];
  let captureListener: CaptureListener | undefined;
  let awake = 0;
  const asked: string[] = [];
  const capture = {
    open: async () => opened ?? { opened: true },
    close: () => did.push('close-capture'),
    view: () => VIEW,
    shape: () => 'landscape',
    fit: async () => {},
    sound: () => ({ resume: () => {}, setMedia: () => {}, level: () => 0.5 }) as unknown as Sound,
  } as unknown as Capture;
  const pipeline: Pipeline = {
    choosePlan: async () => plan,
    open: () => did.push('open'),
    encode: async () => void did.push('encode'),
    setTrack: (slot, track) => did.push(`track ${slot} ${track ? 'on' : 'off'}`),
    show: () => {},
    setImage: () => {},
    stop: async () => void did.push('stop'),
    online: () => did.push('online'),
    close: () => did.push('close-pipeline'),
  };
  const ports: BroadcastPorts = {
    getIngestUrl: async (streamId) => {
      asked.push(streamId);
      return { given: true, url: `wss://ingest/stream/live/again-${asked.length}` };
    },
    endStream: async (streamId) => void did.push(`end ${streamId}`),
  };
  const broadcast = createBroadcast({
    ports,
    wish: { read: () => USUAL_WISH, keep: () => {} },
    keeping: { read: () => false, keep: () => {} },
    tryUplink: async () => undefined,
    clock: time.clock,
    createCapture: (given) => {
      captureListener = given;
      return capture;
    },
    createPipeline: (given) => {
      pipelineParts = given;
      without.push([...given.without]);
      return { ...pipeline };
    },
    createScenes: (listener) =>
      createScenes({
        ...listener,
        store: { load: async () => NOTHING_KEPT, save: async () => {} },
        readPicture: () => Promise.reject(new Error('there are no pictures here')),
        playVideo: async () => undefined,
        fetchPicture: async () => undefined,
        newId: () => 'scene-1',
        wallClock: () => 0,
      }),
    createGuests: nobody,
    startLeftovers: () => ({ view: () => [], settled: async () => {}, dismiss: () => {} }),
    keepAwake: () => {
      awake += 1;
      return () => (awake -= 1);
    },
  });
  const callbacks = () => {
    if (!pipelineParts) throw new Error('no pipeline yet');
    return pipelineParts;
  };
  const create: CreateStream = async () => ({ streamId: 'str_1', ingestUrl: 'wss://ingest/stream/live/first' });
  const goLive = async () => {
    broadcast.ask();
    await time.settle();
    broadcast.start(create);
    await time.settle();
    callbacks().onUplink({ type: 'connected' });
    await time.settle();
    callbacks().onUplink({ type: 'on-air' });
  };
  return {
    time,
    did,
    without,
    broadcast,
    callbacks,
    captureListener: () => captureListener,
    goLive,
    create,
    asked,
    ports,
    awake: () => awake,
  };
};

const at = ({ broadcast }: ReturnType<typeof makeShow>) => broadcast.getSnapshot().state.at;

describe('a show', () => {
  test('goes live and ends in order, and leaves nothing behind', async () => {
    const show = makeShow({ plan: PLAN });
    await show.goLive();
    expect(at(show)).toBe('live');
    expect(show.awake()).toBe(1);
    show.broadcast.end();
    expect(at(show)).toBe('ending');
    show.callbacks().onUplink({ type: 'finished', whole: true });
    expect(show.did).toEqual(['open', 'encode', 'stop', 'close-pipeline', 'close-capture', 'end str_1']);
    expect(show.awake()).toBe(0);
  });

  test('tells its listeners, and gives the same snapshot until something changes', async () => {
    const { broadcast, goLive, callbacks } = makeShow({ plan: PLAN });
    let calls = 0;
    const forget = broadcast.subscribe(() => (calls += 1));
    await goLive();
    expect(calls).toBeGreaterThan(0);
    expect(broadcast.getSnapshot()).toBe(broadcast.getSnapshot());
    forget();
    const before = calls;
    callbacks().onUplink({ type: 'lost' });
    expect(calls).toBe(before);
  });

  test('the first address is the one that came with the stream; every later one is asked for', async () => {
    const { goLive, callbacks, asked } = makeShow({ plan: PLAN });
    await goLive();
    const urls = [await callbacks().getUrl(), await callbacks().getUrl(), await callbacks().getUrl()];
    expect(urls).toEqual([
      { given: true, url: 'wss://ingest/stream/live/first?rung=webcodecs' },
      { given: true, url: 'wss://ingest/stream/live/again-1?rung=webcodecs' },
      { given: true, url: 'wss://ingest/stream/live/again-2?rung=webcodecs' },
    ]);
    expect(asked).toEqual(['str_1', 'str_1']);
  });

  test('a control plane that cannot be asked is away, not lost', async () => {
    const { goLive, callbacks, ports } = makeShow({ plan: PLAN });
    await goLive();
    await callbacks().getUrl();
    ports.getIngestUrl = () => Promise.reject(new Error('offline'));
    expect(await callbacks().getUrl()).toEqual({ given: false, because: 'unreachable' });
  });

  test('adds up what had to be left out', async () => {
    const { goLive, callbacks, broadcast } = makeShow({ plan: PLAN });
    await goLive();
    callbacks().onUplink({ type: 'skipped', ms: 2_000 });
    callbacks().onUplink({ type: 'skipped', ms: 4_000 });
    expect(broadcast.getSnapshot().skippedMs).toBe(6_000);
  });

  test('a new track reaches the engine in the middle of a show', async () => {
    const { goLive, did, captureListener } = makeShow({ plan: PLAN });
    await goLive();
    captureListener()?.onTrack('screen', {} as MediaStreamTrack);
    captureListener()?.onTrack('screen', undefined);
    expect(did.slice(-2)).toEqual(['track screen on', 'track screen off']);
  });
});

describe('what does not work', () => {
  test('devices that are refused open no engine', async () => {
    const show = makeShow({ opened: { opened: false, because: 'devices-denied' } });
    show.broadcast.ask();
    await show.time.settle();
    expect(show.broadcast.getSnapshot().state).toEqual({ at: 'failed', because: 'devices-denied' });
    expect(() => show.callbacks()).toThrow('no pipeline yet');
  });

  test('a browser with no rung makes no stream', async () => {
    const show = makeShow();
    show.broadcast.ask();
    await show.time.settle();
    let created = false;
    show.broadcast.start(async () => {
      created = true;
      return show.create();
    });
    await show.time.settle();
    expect(show.broadcast.getSnapshot().state).toMatchObject({ at: 'failed', because: 'unsupported-browser' });
    expect(created).toBe(false);
  });

  test('a stream that is refused leaves the dialog ready, with what was thrown', async () => {
    const show = makeShow({ plan: PLAN });
    show.broadcast.ask();
    await show.time.settle();
    const problem = new Error('You are on the air already.');
    show.broadcast.start(() => Promise.reject(problem));
    await show.time.settle();
    expect(show.broadcast.getSnapshot().state).toEqual({ at: 'ready', problem });
    expect(show.awake()).toBe(0);
  });

  test('an encoder that fails is replaced by another rung, in a session of its own, under the same stream', async () => {
    const show = makeShow({ plan: PLAN });
    await show.goLive();
    const late = show.callbacks();
    late.onEncoderFailed();
    await show.time.settle();
    expect(at(show)).toBe('reconnecting');
    expect(show.without).toEqual([[], ['webcodecs']]);
    show.callbacks().onUplink({ type: 'connected' });
    await show.time.settle();
    show.callbacks().onUplink({ type: 'on-air' });
    expect(at(show)).toBe('live');
    expect(show.did).toEqual(['open', 'encode', 'close-pipeline', 'open', 'encode']);
    late.onEncoderFailed();
    expect(at(show)).toBe('live');
  });

  test('so is one whose media the worker does not take, before the show has begun', async () => {
    const fresh = makeShow({ plan: PLAN });
    fresh.broadcast.ask();
    await fresh.time.settle();
    fresh.broadcast.start(fresh.create);
    await fresh.time.settle();
    fresh.callbacks().onUplink({ type: 'failed', because: 'unsupported-media' });
    expect(fresh.broadcast.getSnapshot().state).toEqual({ at: 'connecting', now: 'dialling', streamId: 'str_1' });
    await fresh.time.settle();
    expect(fresh.did).toEqual(['open', 'close-pipeline', 'open']);
  });

  test('the third encoder that fails ends the show; what its pipeline says later is not heard', async () => {
    const show = makeShow({ plan: PLAN });
    await show.goLive();
    for (let i = 0; i < 3; i++) {
      show.callbacks().onEncoderFailed();
      await show.time.settle();
    }
    expect(show.broadcast.getSnapshot().state).toMatchObject({ at: 'failed', because: 'encoder-failed' });
    expect(show.did.slice(-3)).toEqual(['close-pipeline', 'close-capture', 'end str_1']);
    const late = show.callbacks();
    show.broadcast.ask();
    await show.time.settle();
    late.onEncoderFailed();
    expect(at(show)).toBe('ready');
  });

  test('closed and opened again before the browser has answered, it takes the later answer', async () => {
    const show = makeShow({ plan: PLAN });
    show.broadcast.ask();
    show.broadcast.dismiss();
    show.broadcast.ask();
    await show.time.settle();
    expect(at(show)).toBe('ready');
    expect(show.broadcast.getSnapshot().rung).toBe('webcodecs');
  });

  test('a dialog that is closed while the browser asks keeps nothing', async () => {
    const show = makeShow({ plan: PLAN });
    show.broadcast.ask();
    show.broadcast.dismiss();
    await show.time.settle();
    expect(at(show)).toBe('idle');
    expect(() => show.callbacks()).toThrow('no pipeline yet');
  });
});
