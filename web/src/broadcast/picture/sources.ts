import type { Slot } from './stage.ts';

/**
 * How the pictures of a track come to the engine: as a stream of frames (Chromium), as the track itself (where the processor
 * lives in workers, as the standard has it), or pumped out of a video element at the engine's pace (everywhere else).
 */
export type PictureSource =
  | { via: 'frames'; frames: ReadableStream<VideoFrame> }
  | { via: 'track'; track: MediaStreamTrack }
  | { via: 'pump' };

export type SourceKind = PictureSource['via'];

/** Which of them this browser has; `trackInWorker` is what a worker found when asked to take a track. */
export const sourceKind = (trackInWorker: boolean): SourceKind => {
  if ('MediaStreamTrackProcessor' in globalThis) return 'frames';
  return trackInWorker ? 'track' : 'pump';
};

/** The source for the engine, and what must be handed over with it. The track stays ours: the engine gets a clone. */
export const createSource = (
  kind: SourceKind,
  track: MediaStreamTrack,
): { source: PictureSource; transfer: Transferable[] } => {
  if (kind === 'pump') return { source: { via: 'pump' }, transfer: [] };
  if (kind === 'frames') {
    const frames = new MediaStreamTrackProcessor({ track }).readable;
    return { source: { via: 'frames', frames }, transfer: [frames] };
  }
  const clone = track.clone();
  return { source: { via: 'track', track: clone }, transfer: [clone] };
};

/** A video element that plays a track where nobody sees it, to take pictures from. */
export const playHidden = (track: MediaStreamTrack): HTMLVideoElement => {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  void video.play().catch(() => {
    // Removed before it began: another track has taken its place.
  });
  return video;
};

export type Pump = {
  set: (slot: Slot, track: MediaStreamTrack | undefined) => void;
  /** The current picture of every slot. */
  frames: () => { slot: Slot; frame: VideoFrame }[];
  close: () => void;
};

/** Takes pictures out of hidden video elements, for browsers that give frames in no other way. */
export const createPump = (): Pump => {
  const videos = new Map<Slot, HTMLVideoElement>();
  const remove = (slot: Slot) => {
    const video = videos.get(slot);
    if (video) video.srcObject = null;
    videos.delete(slot);
  };
  return {
    set: (slot, track) => {
      remove(slot);
      if (track) videos.set(slot, playHidden(track));
    },
    frames: () =>
      [...videos]
        .filter(([, video]) => video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)
        .map(([slot, video]) => ({ slot, frame: new VideoFrame(video, { timestamp: performance.now() * 1000 }) })),
    close: () => {
      for (const slot of videos.keys()) remove(slot);
    },
  };
};
