import { createCapture } from './capture/capture.ts';
import { createFakeMedia, FakeTrack } from './capture/media.testing.ts';
import type { Sound } from './capture/sound.ts';
import { createBroadcast } from './create-broadcast.ts';
import type { Plan } from './encode/ladder.ts';
import type { StudioGuests } from './guests/studio-guests.ts';
import { LIMITS } from './limits.ts';
import { USUAL_WISH } from './picture/format.ts';
import { NOTHING_KEPT } from './scenes/scene-store.ts';
import { createScenes } from './scenes/scenes.ts';
import type { Pipeline, PipelineParts } from './pipeline.ts';
import type { BroadcastPorts } from './ports.ts';

/** The best that a browser can do: H.264 and AAC of its own. */
export const PLAN: Plan = {
  rung: 'webcodecs',
  by: 'webcodecs',
  videoCodec: 'avc1.4d401f',
  media: {
    container: 'matroska',
    videoCodec: 'avc1.4d401f',
    audioCodec: 'mp4a.40.2',
    width: 1280,
    height: 720,
    frameRate: 30,
    videoKbps: 2_500,
    audioKbps: 128,
  },
};

const createFakeSound = (): Sound => ({
  setMicrophone: () => {},
  setScreen: () => {},
  setMedia: () => {},
  setGuest: () => {},
  setGuestGain: () => {},
  guestLevel: () => 0.5,
  guestMix: () => new FakeTrack('audio', 'mix') as unknown as MediaStreamTrack,
  setMuted: () => {},
  setGain: () => {},
  level: () => 0.5,
  peak: () => 0.5,
  track: () => new MediaStreamTrack(),
  tap: async () => new MessageChannel().port1,
  sampleRate: 48_000,
  resume: () => {},
  close: () => {},
});

/** A studio to which no guest ever comes. */
export const nobody = (): StudioGuests => ({
  view: () => ({ waiting: [], onAir: [], link: undefined, reachable: true, problem: undefined }),
  follow: () => {},
  invite: async () => {},
  revoke: async () => {},
  admit: () => {},
  remove: () => {},
  setMuted: () => {},
  setGain: () => {},
});

type Options = {
  clock?: () => number;
  /** What carries the show, made of one that carries nothing. @default that one */
  createPipeline?: (parts: PipelineParts, nothing: Pipeline) => Pipeline;
  /** @default nobody ever comes */
  createGuests?: Parameters<typeof createBroadcast>[0]['createGuests'];
};

/** A broadcast on a machine and an ingest worker of a test's own: everything between them is the product's. */
export const createFakeBroadcast = (
  ports: BroadcastPorts,
  { clock = () => 0, createPipeline = (_, nothing) => nothing, createGuests = nobody }: Options = {},
) => {
  const { machine, media } = createFakeMedia();
  let pipeline: PipelineParts | undefined;
  const broadcast = createBroadcast({
    ports,
    wish: { read: () => USUAL_WISH, keep: () => {} },
    keeping: { read: () => false, keep: () => {} },
    tryUplink: async () => undefined,
    clock,
    createCapture: (listener) =>
      createCapture({
        ...listener,
        media,
        storage: undefined,
        limits: LIMITS,
        measure: async () => undefined,
        createSound: createFakeSound,
      }),
    createPipeline: (parts): Pipeline => {
      pipeline = parts;
      return createPipeline(parts, {
        choosePlan: async () => PLAN,
        open: () => {},
        encode: async () => {},
        setTrack: () => {},
        show: () => {},
        setImage: () => {},
        stop: async () => {},
        online: () => {},
        close: () => {},
      });
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
    createGuests,
    startLeftovers: () => ({ view: () => [], settled: async () => {}, dismiss: () => {} }),
    keepAwake: () => () => {},
  });
  /** What the ingest worker says to the show. */
  const worker: PipelineParts['onUplink'] = (event) => {
    if (!pipeline) throw new Error('no show is being sent');
    pipeline.onUplink(event);
  };
  /** The script that encodes cannot be loaded. */
  const loseScript = () => pipeline?.onMissing();
  return { broadcast, machine, worker, loseScript };
};
