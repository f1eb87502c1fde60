import type { UrlAnswer } from '#ingest-client/dial';
import type { UplinkEvent } from '#ingest-client/uplink';
import type { Rung } from '#wire';
import type { Capture } from './capture/capture.ts';
import type { Sound } from './capture/sound.ts';
import type { Plan } from './encode/ladder.ts';
import type { ShowToKeep, Stats } from './engine/messages.ts';
import type { PictureLimits } from './picture/format.ts';
import {
  guestsShown,
  isGuest,
  USUAL_STAGE,
  type ImageName,
  type Shown,
  type Slot,
  type Stage,
} from './picture/stage.ts';
import type { Pipeline, PipelineParts } from './pipeline.ts';

/** The encoding of a show: the pipeline that carries it, and another one in its place where that one fails. */
export type Encoding = {
  /**
   * A new show: no rung has failed in it. The browser's encoders are tried at once.
   *
   * @param pictures what its picture may be, the wished one first
   */
  begin: (sound: Sound, pictures: readonly PictureLimits[]) => void;
  /** What the browser's encoders have been found to do; nothing where no rung works. */
  plan: () => Promise<Plan | undefined>;
  open: () => void;
  encode: () => void;
  /** Goes on with another rung, in a session of its own. */
  change: () => void;
  setTrack: (slot: Slot, track: MediaStreamTrack | undefined) => void;
  /** What is made of the sources from now on, in this show and the next. */
  setStage: (stage: Stage) => void;
  setImage: (name: ImageName, image: ImageBitmap | undefined) => void;
  stop: () => void;
  online: () => void;
  close: () => void;
};

type Parts = {
  createPipeline: (parts: PipelineParts) => Pipeline;
  capture: Pick<Capture, 'view' | 'sound'>;
  getUrl: () => Promise<UrlAnswer>;
  /** The show that is going to be sent. */
  show: () => ShowToKeep;
  onUplink: (event: UplinkEvent) => void;
  onStats: (stats: Stats) => void;
  onStoodStill: (ms: number) => void;
  onRoomGone: () => void;
  uplinkKbps: () => Promise<number | undefined>;
  /** The encoders have been tried, and this is the best that works. */
  onPlan: (plan: Plan | undefined) => void;
  /** @param instead there may be another rung to go on with */
  onFailed: (instead: boolean) => void;
  /** What encodes cannot be loaded: no other rung helps. */
  onMissing: () => void;
};

/** How many other rungs a show may fall back to. */
const OTHER_RUNGS = 2;

export const createEncoding = ({
  createPipeline,
  capture,
  getUrl,
  show,
  onUplink,
  onStats,
  onStoodStill,
  onRoomGone,
  uplinkKbps,
  onPlan,
  onFailed,
  onMissing,
}: Parts): Encoding => {
  let pipeline: Pipeline | undefined;
  let planning: Promise<Plan | undefined> = Promise.resolve(undefined);
  /** What was found last. */
  let found: Plan | undefined;
  let pictures: readonly PictureLimits[] = [];
  let stage = USUAL_STAGE;
  const images = new Map<ImageName, ImageBitmap>();
  let media: MediaStreamTrack | undefined;
  const guests = new Map<Slot, MediaStreamTrack>();
  let failedRungs: Rung[] = [];

  const shown = (): Shown => {
    const { cameraOn, camera, screen } = capture.view();
    return {
      camera: cameraOn && camera !== undefined,
      screen: screen !== undefined,
      media: media !== undefined,
      guests: guestsShown(stage, (slot) => guests.has(slot)),
    };
  };

  /** What a pipeline that has been given up says does not count. */
  const fail = (of: Pipeline) => {
    if (pipeline !== of) return;
    if (found) failedRungs.push(found.rung);
    onFailed(failedRungs.length <= OTHER_RUNGS);
  };

  /** Performs `work`; how it fails counts only while the pipeline is the one that it began with. */
  const withPipeline = (work: (pipeline: Pipeline) => Promise<unknown>) => {
    const mine = pipeline;
    if (!mine) return;
    work(mine).catch((error: unknown) => {
      console.error('The encoder could not be driven:', error);
      fail(mine);
    });
  };

  const start = (sound: Sound) => {
    const mine = createPipeline({
      sound,
      without: failedRungs,
      uplinkKbps,
      getUrl,
      onUplink: (event) => {
        // What the worker cannot read from this encoder it may read from another.
        if (event.type === 'failed' && event.because === 'unsupported-media' && pipeline) fail(pipeline);
        else onUplink(event);
      },
      onStats,
      onStoodStill,
      onRoomGone,
      onEncoderFailed: () => fail(mine),
      onMissing: () => {
        if (pipeline === mine) onMissing();
      },
    });
    pipeline = mine;
    const { camera, screen } = capture.view();
    if (camera) mine.setTrack('camera', camera);
    if (screen) mine.setTrack('screen', screen);
    if (media) mine.setTrack('media', media);
    for (const [slot, track] of guests) mine.setTrack(slot, track);
    for (const [name, image] of images) mine.setImage(name, image);
    mine.show(shown(), stage);
    // Tried while the person looks at the preview, so that Start does not wait for it.
    planning = mine.choosePlan(pictures).then((plan) => {
      if (pipeline !== mine) return plan;
      found = plan;
      onPlan(plan);
      return plan;
    });
  };

  const close = () => {
    pipeline?.close();
    pipeline = undefined;
  };

  return {
    begin: (sound, wished) => {
      close();
      found = undefined;
      pictures = wished;
      failedRungs = [];
      start(sound);
    },
    plan: () => planning,
    open: () =>
      withPipeline(async (mine) => {
        const plan = await planning;
        if (plan) mine.open(plan, show());
      }),
    encode: () =>
      withPipeline(async (mine) => {
        const plan = await planning;
        if (plan) await mine.encode(plan);
      }),
    change: () => {
      const sound = capture.sound();
      close();
      // A show keeps the picture that it began with.
      if (found) pictures = [found.media];
      if (sound) start(sound);
      withPipeline(async (mine) => {
        const plan = await planning;
        if (!plan) throw new Error('no other rung works here');
        mine.open(plan, show());
      });
    },
    setTrack: (slot, track) => {
      if (slot === 'media') media = track;
      if (isGuest(slot)) {
        if (track) guests.set(slot, track);
        else guests.delete(slot);
      }
      pipeline?.setTrack(slot, track);
      pipeline?.show(shown(), stage);
    },
    setStage: (next) => {
      stage = next;
      pipeline?.show(shown(), stage);
    },
    setImage: (name, image) => {
      if (image) images.set(name, image);
      else images.delete(name);
      pipeline?.setImage(name, image);
    },
    stop: () => withPipeline((mine) => mine.stop()),
    online: () => pipeline?.online(),
    close,
  };
};
