import { draw, type Image } from './draw.ts';
import type { Size } from './layout.ts';
import type { Shown, Slot } from './mixer.ts';
import { playHidden } from './sources.ts';

/** The one video track that a recorder is given: it stays the same whatever the camera does. */
export type RecorderTrack =
  /** The engine paints and writes its frames into the track. */
  | { via: 'frames'; track: MediaStreamTrack; frames: WritableStream<VideoFrame> }
  /** The page paints, at the engine's pace. */
  | { via: 'canvas'; track: MediaStreamTrack; painter: CanvasPainter };

export type CanvasPainter = {
  set: (slot: Slot, track: MediaStreamTrack | undefined) => void;
  show: (shown: Shown) => void;
  paint: () => void;
  close: () => void;
};

const imageOf = (video: HTMLVideoElement | undefined): Image | undefined =>
  video && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA
    ? { source: video, size: { width: video.videoWidth, height: video.videoHeight } }
    : undefined;

const createCanvasPainter = (context: CanvasRenderingContext2D, picture: Size, painted: () => void): CanvasPainter => {
  const videos: Record<Slot, HTMLVideoElement | undefined> = { camera: undefined, screen: undefined };
  let shown: Shown = { camera: false, screen: false };
  const set = (slot: Slot, track: MediaStreamTrack | undefined) => {
    const before = videos[slot];
    if (before) before.srcObject = null;
    videos[slot] = track && playHidden(track);
  };
  return {
    set,
    show: (next) => {
      shown = next;
    },
    paint: () => {
      const [camera, screen] = [shown.camera ? videos.camera : undefined, shown.screen ? videos.screen : undefined];
      draw(context, { camera: imageOf(camera), screen: imageOf(screen) }, picture);
      painted();
    },
    close: () => {
      set('camera', undefined);
      set('screen', undefined);
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
