import type { Limits } from '../limits.ts';
import { parseMimeType, type Trial } from './ladder.ts';
import { recorderOptions } from './recorder.ts';

type TrialLimits = Pick<Limits, 'videoKbps' | 'audioKbps' | 'timesliceMs' | 'frameRate'>;

const TRIAL_MS = 500;
/** A busy machine is slow to open an encoder, and is no machine without one. */
const DEADLINE_MS = 10_000;
const SMALL = { width: 320, height: 180 };
const FIRST_BYTES = { webm: [0x1a, 0x45, 0xdf, 0xa3], matroska: [0x1a, 0x45, 0xdf, 0xa3] } as const;

/** A moving picture, because some encoders write nothing while nothing changes. */
const startPicture = (frameRate: number) => {
  const canvas = Object.assign(document.createElement('canvas'), SMALL);
  const context = canvas.getContext('2d');
  let shade = 0;
  const timer = setInterval(() => {
    shade = (shade + 16) % 256;
    if (!context) return;
    context.fillStyle = `rgb(${shade} ${255 - shade} 128)`;
    context.fillRect(0, 0, SMALL.width, SMALL.height);
  }, 1000 / frameRate);
  return { tracks: canvas.captureStream(frameRate).getVideoTracks(), stop: () => clearInterval(timer) };
};

const opensAs = async (bytes: Blob, trial: NonNullable<Trial>): Promise<boolean> => {
  const head = new Uint8Array(await bytes.slice(0, 8).arrayBuffer());
  if (trial.container === 'mp4') return String.fromCharCode(...head.subarray(4)) === 'ftyp';
  return FIRST_BYTES[trial.container].every((byte, i) => head[i] === byte);
};

/** Records half a second of a drawn picture and the given sound, and looks at what comes out. */
export const tryRecorder = async (mimeType: string, audio: MediaStreamTrack, limits: TrialLimits): Promise<Trial> => {
  if (typeof MediaRecorder === 'undefined' || !MediaRecorder.isTypeSupported(mimeType)) return undefined;
  const picture = startPicture(limits.frameRate);
  const chunks: Blob[] = [];
  try {
    const recorder = new MediaRecorder(new MediaStream([...picture.tracks, audio]), recorderOptions(mimeType, limits));
    const over = new Promise<boolean>((resolve) => {
      recorder.addEventListener('stop', () => resolve(true));
      recorder.addEventListener('error', () => resolve(false));
      setTimeout(() => resolve(false), DEADLINE_MS);
    });
    recorder.addEventListener('dataavailable', ({ data }) => chunks.push(data));
    recorder.start(limits.timesliceMs);
    setTimeout(() => recorder.state !== 'inactive' && recorder.stop(), TRIAL_MS);
    const trial = (await over) ? parseMimeType(recorder.mimeType) : undefined;
    return trial && (await opensAs(new Blob(chunks), trial)) ? trial : undefined;
  } catch {
    // What a constructor or an encoder throws here is its way of saying no.
    return undefined;
  } finally {
    picture.stop();
    for (const track of picture.tracks) track.stop();
  }
};
