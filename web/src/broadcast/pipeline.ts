import type { Rung } from '#wire';
import type { Sound } from './capture/sound.ts';
import { choosePlan, type Plan, type Trial } from './encode/ladder.ts';
import type { Pace } from './encode/pace.ts';
import { tryRecorder } from './encode/recorder-trial.ts';
import { startRecorder, type Recorder } from './encode/recorder.ts';
import type { FromEngine, ShowToKeep, Stats, ToEngine, WebCodecsPlan } from './engine/messages.ts';
import type { UrlAnswer } from '#ingest-client/dial';
import type { UplinkEvent } from '#ingest-client/uplink';
import type { Limits } from './limits.ts';
import type { PictureLimits, PictureWish } from './picture/format.ts';
import { USUAL_STAGE, type ImageName, type Shown, type Slot, type Stage } from './picture/stage.ts';
import { createRecorderTrack, type RecorderTrack } from './picture/recorder-track.ts';
import { createPump, createSource, sourceKind, type Pump, type SourceKind } from './picture/sources.ts';

/** All that carries one show: the engine in its worker and, where a browser needs the page's help, recorder and painter. */
export type Pipeline = {
  /**
   * Tries the ladder and prepares what it finds; nothing where this browser has no rung of it.
   *
   * @param pictures what the picture may be, the wished one first
   */
  choosePlan: (pictures: readonly PictureLimits[]) => Promise<Plan | undefined>;
  open: (plan: Plan, show: ShowToKeep) => void;
  encode: (plan: Plan) => Promise<void>;
  setTrack: (slot: Slot, track: MediaStreamTrack | undefined) => void;
  /** Which sources there are, and what is made of them. */
  show: (shown: Shown, stage: Stage) => void;
  /** A still picture that the stage knows by its name; it stays the caller's. */
  setImage: (name: ImageName, image: ImageBitmap | undefined) => void;
  /** Encodes and sends what there is, then says so through the uplink's events. */
  stop: () => Promise<void>;
  online: () => void;
  close: () => void;
};

export type PipelineListener = {
  getUrl: () => Promise<UrlAnswer>;
  onUplink: (event: UplinkEvent) => void;
  onStats: (stats: Stats) => void;
  /** What is to be kept of the show on this device has no more room. */
  onRoomGone: () => void;
  /** Nothing ran, and nothing was recorded, for so long until now. */
  onStoodStill: (ms: number) => void;
  onEncoderFailed: () => void;
  /** Its worker's script cannot be had: it is gone from the server, or the network is. */
  onMissing: () => void;
};

/** Ways that tests choose though the browser has a better one. */
export type Forced = {
  rung?: Rung | undefined;
  picture?: PictureWish | undefined;
  source?: SourceKind | undefined;
  paintOnPage?: boolean | undefined;
};

/** What a show gives its pipeline. */
export type PipelineParts = PipelineListener & {
  sound: Sound;
  /** Rungs that have failed in this show. */
  without: readonly Rung[];
  /** What the network carries upwards; nothing where that could not be found out. */
  uplinkKbps: () => Promise<number | undefined>;
};

type Parts = PipelineParts & { limits: Limits; forced: Forced };

/** An engine that is to close may have pictures on their way to it; one that hangs is not waited for. */
const CLOSES_MS = 2_000;

export const createPipeline = ({
  sound,
  without,
  uplinkKbps,
  limits,
  forced,
  getUrl,
  onUplink,
  onStats,
  onStoodStill,
  onRoomGone,
  onEncoderFailed,
  onMissing,
}: Parts): Pipeline => {
  const worker = new Worker(new URL('./engine/engine.worker.ts', import.meta.url), {
    type: 'module',
    name: 'broadcast',
  });
  const post = (message: ToEngine, transfer: Transferable[] = []) => worker.postMessage(message, transfer);
  const tracks = new Map<Slot, MediaStreamTrack>();
  let started: (takesTracks: boolean) => void = () => {};
  const takesTracks = new Promise<boolean>((resolve) => (started = resolve));
  let tried: (trial: (NonNullable<Trial> & Pace) | undefined) => void = () => {};
  let kind: SourceKind | undefined;
  let pump: Pump | undefined;
  let recorderTrack: RecorderTrack | undefined;
  let recorder: Recorder | undefined;
  let shown: Shown = { camera: false, screen: false };
  let stage: Stage = USUAL_STAGE;
  const images = new Map<ImageName, ImageBitmap>();

  const onTick = () => {
    const sinceMs = performance.now();
    if (recorderTrack?.via === 'canvas') recorderTrack.painter.paint();
    else for (const { slot, frame } of pump?.frames() ?? []) post({ type: 'frame', slot, frame }, [frame]);
    post({ type: 'ticked', spentMs: performance.now() - sinceMs });
  };

  const onMessage = (message: Exclude<FromEngine, { type: 'closed' }>) => {
    switch (message.type) {
      case 'started':
        return started(message.takesTracks);
      case 'webcodecs-tried':
        return tried(message.trial);
      case 'url-wanted':
        void getUrl().then((answer) => post({ type: 'url', id: message.id, answer }));
        return;
      case 'uplink':
        return onUplink(message.event);
      case 'tick':
        return onTick();
      case 'stats':
        return onStats(message.stats);
      case 'stood-still':
        return onStoodStill(message.ms);
      case 'room-gone':
        return onRoomGone();
      case 'encoder-failed':
        console.error('The encoder failed:', message.message);
        return onEncoderFailed();
    }
  };
  let spoke = false;
  let closed = false;
  const end = () => {
    recorderTrack?.track.stop();
    worker.terminate();
  };
  worker.addEventListener('message', ({ data }: MessageEvent<FromEngine>) => {
    spoke = true;
    if (data.type === 'closed') end();
    else if (!closed) onMessage(data);
  });
  // a script that never spoke was never there
  worker.addEventListener('error', () => closed || (spoke ? onEncoderFailed() : onMissing()));

  /** Brings a slot's track to whoever paints. Before `encode` nobody does. */
  const attach = (slot: Slot) => {
    const track = tracks.get(slot);
    if (recorderTrack?.via === 'canvas') return recorderTrack.painter.set(slot, track);
    if (!kind) return;
    pump?.set(slot, track);
    const created = track && createSource(kind, track);
    post({ type: 'source', slot, source: created?.source }, created?.transfer);
  };

  const webcodecsOf = (plan: Plan): WebCodecsPlan | undefined =>
    plan.by === 'webcodecs' ? { videoCodec: plan.videoCodec, sampleRate: sound.sampleRate } : undefined;

  const startPlannedRecorder = (plan: Extract<Plan, { by: 'recorder' }>) => {
    recorderTrack = createRecorderTrack({ width: plan.media.width, height: plan.media.height }, forced.paintOnPage);
    const frames = recorderTrack.via === 'frames' ? recorderTrack.frames : undefined;
    post({ type: 'encode', with: { by: 'recorder', frames } }, frames ? [frames] : []);
    if (recorderTrack.via === 'canvas') {
      for (const [name, image] of images) recorderTrack.painter.setImage(name, image);
      recorderTrack.painter.show(shown, stage);
    }
    recorder = startRecorder({
      mimeType: plan.mimeType,
      video: recorderTrack.track,
      audio: sound.track(),
      limits: { ...limits, videoKbps: plan.media.videoKbps },
      onChunk: (chunk) => post({ type: 'chunk', chunk }),
      onError: onEncoderFailed,
    });
  };

  return {
    choosePlan: async (pictures) => {
      const plan = await choosePlan(
        {
          webcodecs: (picture) =>
            new Promise((resolve) => {
              tried = resolve;
              post({ type: 'try-webcodecs', sampleRate: sound.sampleRate, picture });
            }),
          recorder: (mimeType) => tryRecorder(mimeType, sound.track(), limits),
          uplinkKbps,
        },
        pictures,
        limits,
        { only: forced.rung, without },
      );
      if (plan) {
        const { width, height, frameRate, videoKbps } = plan.media;
        post({ type: 'picture', picture: { width, height, frameRate, videoKbps } });
      }
      const webcodecs = plan && webcodecsOf(plan);
      if (webcodecs) post({ type: 'prepare', webcodecs });
      return plan;
    },
    open: (plan, show) => post({ type: 'open', media: plan.media, webcodecs: webcodecsOf(plan), show }),
    encode: async (plan) => {
      kind = forced.source ?? sourceKind(await takesTracks);
      if (kind === 'pump') pump = createPump();
      if (plan.by === 'recorder') startPlannedRecorder(plan);
      else {
        const port = await sound.tap();
        post({ type: 'encode', with: { by: 'webcodecs', sound: port } }, [port]);
      }
      for (const slot of tracks.keys()) attach(slot);
    },
    setTrack: (slot, track) => {
      if (track) tracks.set(slot, track);
      else tracks.delete(slot);
      attach(slot);
    },
    show: (next, nextStage) => {
      shown = next;
      stage = nextStage;
      if (recorderTrack?.via === 'canvas') recorderTrack.painter.show(shown, stage);
      post({ type: 'show', shown, stage });
    },
    setImage: (name, image) => {
      if (image) images.set(name, image);
      else images.delete(name);
      if (recorderTrack?.via === 'canvas') recorderTrack.painter.setImage(name, image);
      // Copied: the page draws previews of it as well.
      post({ type: 'image', name, image });
    },
    stop: async () => {
      await recorder?.stop();
      post({ type: 'stop' });
    },
    online: () => post({ type: 'online' }),
    close: () => {
      recorder?.abandon();
      pump?.close();
      if (recorderTrack?.via === 'canvas') recorderTrack.painter.close();
      closed = true;
      // its track stops after the engine: a picture that is written to one that has stopped is nobody's to close
      post({ type: 'close' });
      setTimeout(end, CLOSES_MS);
    },
  };
};
