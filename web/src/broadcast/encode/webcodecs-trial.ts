import type { Limits } from '../limits.ts';
import type { Trial } from './ladder.ts';
import { AUDIO_CODEC, CHANNELS, ensureAac, startWebCodecs, VIDEO_CODECS, videoConfig } from './webcodecs.ts';

const TRIAL_FRAMES = 15;
/** For a machine that is busy; one that hangs must not hold up Start for longer. */
const DEADLINE_MS = 8_000;
type Parts = { limits: Limits; sampleRate: number };

/** Something that moves, because some encoders write nothing while nothing changes. */
const paint = (context: OffscreenCanvasRenderingContext2D, { width, height }: Limits, i: number) => {
  context.fillStyle = `hsl(${i * 24} 70% 50%)`;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#fff';
  context.fillRect((i * 80) % width, height / 4, width / 4, height / 2);
};

const supported = async (codec: string, limits: Limits): Promise<boolean> => {
  try {
    const answer = await VideoEncoder.isConfigSupported(videoConfig(codec, limits, limits.videoKbps));
    return answer.supported === true;
  } catch {
    return false;
  }
};

/** Encodes half a second and reports whether it came out whole. */
const encodes = async (videoCodec: string, { limits, sampleRate }: Parts): Promise<boolean> => {
  const context = new OffscreenCanvas(limits.width, limits.height).getContext('2d', { alpha: false });
  if (!context) return false;
  let bytes = 0;
  let failed = false;
  const encoder = await startWebCodecs({
    videoCodec,
    sampleRate,
    // All frames come at once here, and none may be dropped.
    limits: { ...limits, encoderQueueFrames: TRIAL_FRAMES },
    write: (piece) => {
      bytes += piece.byteLength;
    },
    onError: () => {
      failed = true;
    },
  });
  const frameMicroseconds = 1e6 / limits.frameRate;
  for (let i = 0; i < TRIAL_FRAMES; i++) {
    paint(context, limits, i);
    encoder.picture(new VideoFrame(context.canvas, { timestamp: i * frameMicroseconds, alpha: 'discard' }), i);
    encoder.sound(new Float32Array(Math.round(sampleRate / limits.frameRate) * CHANNELS));
  }
  await encoder.flush();
  encoder.close();
  return !failed && bytes > 0 && encoder.droppedFrames === 0;
};

/**
 * Whether WebCodecs really gives H.264 and AAC here. Its pace is no question: what is too slow for this would be slower still
 * with any other rung.
 */
export const tryWebCodecs = async (parts: Parts): Promise<Trial> => {
  if (typeof VideoEncoder === 'undefined' || typeof OffscreenCanvas === 'undefined') return undefined;
  try {
    // Fetched before the clock runs: a slow network is no slow encoder.
    await ensureAac(parts.sampleRate, parts.limits.audioKbps);
  } catch {
    return undefined;
  }
  const deadline = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), DEADLINE_MS));
  const trial = async (): Promise<Trial> => {
    for (const videoCodec of VIDEO_CODECS) {
      if (!(await supported(videoCodec, parts.limits))) continue;
      try {
        if (await encodes(videoCodec, parts)) return { container: 'matroska', videoCodec, audioCodec: AUDIO_CODEC };
      } catch {
        // An encoder that claims a codec and throws at it: the next one may do.
      }
    }
    return undefined;
  };
  return Promise.race([trial(), deadline]);
};
