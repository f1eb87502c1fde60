import { drawStage, type Image } from './draw.ts';
import type { Size } from './layout.ts';
import { isShown, SLOTS, USUAL_STAGE, type ImageName, type Shown, type Slot, type Stage } from './stage.ts';
import { playHidden } from './sources.ts';

/** The one video track that a recorder is given: it stays the same whatever the camera does. */
export type RecorderTrack =
  /** The engine paints and writes its frames into the track. */
  | { via: 'frames'; track: MediaStreamTrack; frames: WritableStream<VideoFrame> }
  /** The page paints, at the engine's pace. */
  | { via: 'canvas'; track: MediaStreamTrack; painter: CanvasPainter };

export type CanvasPainter = {
  set: (slot: Slot, track: MediaStreamTrack | undefined) => void;
  show: (shown: Shown, stage: Stage) => void;
  /** The picture stays the caller's. */
  setImage: (name: ImageName, image: ImageBitmap | undefined) => void;
  paint: () => void;
  close: () => void;
};

const imageOf = (video: HTMLVideoElement | undefined): Image | undefined =>
  video && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA
    ? { source: video, size: { width: video.videoWidth, height: video.videoHeight } }
    : undefined;

const createCanvasPainter = (context: CanvasRenderingContext2D, picture: Size, painted: () => void): CanvasPainter => {
  const videos = new Map<Slot, HTMLVideoElement>();
  const images = new Map<ImageName, ImageBitmap>();
  let shown: Shown = { camera: false, screen: false };
  let stage = USUAL_STAGE;
  const set = (slot: Slot, track: MediaStreamTrack | undefined) => {
    const before = videos.get(slot);
    if (before) before.srcObject = null;
    videos.delete(slot);
    if (track) videos.set(slot, playHidden(track));
  };
  return {
    set,
    show: (next, nextStage) => {
      shown = next;
      stage = nextStage;
    },
    setImage: (name, image) => {
      if (image) images.set(name, image);
      else images.delete(name);
    },
    paint: () => {
      const layers = Object.fromEntries(
        SLOTS.map((slot) => [slot, isShown(shown, slot) ? imageOf(videos.get(slot)) : undefined]),
      );
      drawStage(context, layers, { stage, images, nowMs: Date.now() }, picture);
      painted();
    },
    close: () => {
      for (const slot of SLOTS) set(slot, undefined);
    },
  };
};

const canvasTrack = (picture: Size): RecorderTrack => {
  const canvas = Object.assign(document.createElement('canvas'), picture);
  const context = canvas.getContext('2d', { alpha: false });
  // At rate 0 a frame is taken when we say so, and not when the tab happens to be drawn.
  const [track] = canvas.captureStream(0).getVideoTracks();
  if (!context || !(track instanceof CanvasCaptureMediaStreamTrack))
    throw new Error('this browser gives no canvas to paint on');
  return { via: 'canvas', track, painter: createCanvasPainter(context, picture, () => track.requestFrame()) };
};

/** @param onPage paint in the page though the engine could, for tests of that way */
export const createRecorderTrack = (picture: Size, onPage = false): RecorderTrack => {
  if (onPage || !('MediaStreamTrackGenerator' in globalThis)) return canvasTrack(picture);
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  return { via: 'frames', track, frames: track.writable };
};
