import type { UrlAnswer } from '#ingest-client/dial';
import type { UplinkEvent } from '#ingest-client/uplink';
import type { Rung } from '#wire';
import type { Capture, CaptureView } from './capture/capture.ts';
import type { Sound } from './capture/sound.ts';
import type { Plan } from './encode/ladder.ts';
import type { ShowToKeep, Stats } from './engine/messages.ts';
import type { Slot } from './picture/mixer.ts';
import type { Pipeline, PipelineParts } from './pipeline.ts';

/** The encoding of a show: the pipeline that carries it, and another one in its place where that one fails. */
export type Encoding = {
  /** A new show: no rung has failed in it. The browser's encoders are tried at once. */
  begin: (sound: Sound) => void;
  /** What the browser's encoders have been found to do; nothing where no rung works. */
  plan: () => Promise<Plan | undefined>;
  open: () => void;
  encode: () => void;
  /** Goes on with another rung, in a session of its own. */
  change: () => void;
  setTrack: (slot: Slot, track: MediaStreamTrack | undefined) => void;
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
  /** The encoders have been tried, and this rung is the best that works. */
  onRung: (rung: Rung | undefined) => void;
  /** @param instead there may be another rung to go on with */
  onFailed: (instead: boolean) => void;
  /** What encodes cannot be loaded: no other rung helps. */
  onMissing: () => void;
};

/** How many other rungs a show may fall back to. */
const OTHER_RUNGS = 2;

const shownOf = ({ cameraOn, camera, screen }: CaptureView) => ({
  camera: cameraOn && camera !== undefined,
  screen: screen !== undefined,
});

export const createEncoding = ({
  createPipeline,
  capture,
  getUrl,
  show,
  onUplink,
  onStats,
  onRung,
  onFailed,
  onMissing,
}: Parts): Encoding => {
  let pipeline: Pipeline | undefined;
  let planning: Promise<Plan | undefined> = Promise.resolve(undefined);
  /** The rung that was found last. */
  let rung: Rung | undefined;
  let failedRungs: Rung[] = [];

  /** What a pipeline that has been given up says does not count. */
  const fail = (of: Pipeline) => {
    if (pipeline !== of) return;
    if (rung) failedRungs.push(rung);
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
      getUrl,
      onUplink: (event) => {
        // What the worker cannot read from this encoder it may read from another.
        if (event.type === 'failed' && event.because === 'unsupported-media' && pipeline) fail(pipeline);
        else onUplink(event);
      },
      onStats,
      onEncoderFailed: () => fail(mine),
      onMissing: () => {
        if (pipeline === mine) onMissing();
      },
    });
    pipeline = mine;
    const { camera, screen } = capture.view();
    if (camera) mine.setTrack('camera', camera);
    if (screen) mine.setTrack('screen', screen);
    mine.show(shownOf(capture.view()));
    // Tried while the person looks at the preview, so that Start does not wait for it.
    planning = mine.choosePlan().then((plan) => {
      if (pipeline !== mine) return plan;
      rung = plan?.rung;
      onRung(rung);
      return plan;
    });
  };

  const close = () => {
    pipeline?.close();
    pipeline = undefined;
  };

  return {
    begin: (sound) => {
      rung = undefined;
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
      if (sound) start(sound);
      withPipeline(async (mine) => {
        const plan = await planning;
        if (!plan) throw new Error('no other rung works here');
        mine.open(plan, show());
      });
    },
    setTrack: (slot, track) => {
      pipeline?.setTrack(slot, track);
      pipeline?.show(shownOf(capture.view()));
    },
    stop: () => withPipeline((mine) => mine.stop()),
    online: () => pipeline?.online(),
    close,
  };
};
