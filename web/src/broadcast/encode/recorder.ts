import type { Limits } from '../limits.ts';

/** A MediaRecorder on the broadcast's own two tracks. */
export type Recorder = {
  /** Resolves when the last chunk has been handed over. */
  stop: () => Promise<void>;
  /** Stops without waiting; nothing more is handed over. */
  abandon: () => void;
};

type Parts = {
  mimeType: string;
  video: MediaStreamTrack;
  audio: MediaStreamTrack;
  limits: Pick<Limits, 'videoKbps' | 'audioKbps' | 'timesliceMs'>;
  onChunk: (chunk: Blob) => void;
  onError: () => void;
};

/** Chrome's first frame after the interval is a key frame, so that asking for 2,000 ms gives up to 2,100. */
const KEY_FRAME_INTERVAL_MS = 1_950;

/** mediacapture-record's newer options, which TypeScript's library leaves out; a browser that has none ignores them. */
type Options = MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number };

export const recorderOptions = (mimeType: string, limits: Parts['limits']): Options => ({
  mimeType,
  videoBitsPerSecond: limits.videoKbps * 1000,
  audioBitsPerSecond: limits.audioKbps * 1000,
  videoKeyFrameIntervalDuration: KEY_FRAME_INTERVAL_MS,
});

export const startRecorder = ({ mimeType, video, audio, limits, onChunk, onError }: Parts): Recorder => {
  const recorder = new MediaRecorder(new MediaStream([video, audio]), recorderOptions(mimeType, limits));
  let abandoned = false;
  const stopped = new Promise<void>((resolve) => recorder.addEventListener('stop', () => resolve()));
  recorder.addEventListener('dataavailable', ({ data }) => {
    if (!abandoned && data.size > 0) onChunk(data);
  });
  recorder.addEventListener('error', () => abandoned || onError());
  recorder.start(limits.timesliceMs);
  return {
    stop: () => {
      if (recorder.state !== 'inactive') recorder.stop();
      return stopped;
    },
    abandon: () => {
      abandoned = true;
      if (recorder.state !== 'inactive') recorder.stop();
    },
  };
};
