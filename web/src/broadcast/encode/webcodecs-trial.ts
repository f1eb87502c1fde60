import type { Limits } from '../limits.ts';
import type { Trial } from './ladder.ts';
import type { Pace } from './pace.ts';
import { AUDIO_CODEC, CHANNELS, ensureAac, startWebCodecs, videoCodecs, videoConfig } from './webcodecs.ts';

const TRIAL_FRAMES = 24;
/** A slow encoder has shown how slow it is after this long, and after so many pictures. */
const PACE_MS = 1_000;
const FEWEST_FRAMES = 4;
/** So many may wait at once: each is the whole picture, uncompressed. */
const WAITING_FRAMES = 4;
const POLL_MS = 2;
/** For a machine that is busy; one that hangs must not hold up Start for longer. */
const DEADLINE_MS = 8_000;
const GRAIN = 64;

type Parts = {
  limits: Limits;
  sampleRate: number;
  /** In ms. */
  clock: () => number;
};

type Paced = NonNullable<Trial> & Pace;

/** As restless as a camera's picture: what is flat and still costs an encoder next to nothing. */
const createGrain = (context: OffscreenCanvasRenderingContext2D): CanvasPattern | undefined => {
  const tile = new OffscreenCanvas(GRAIN, GRAIN).getContext('2d');
  if (!tile) return undefined;
  const pixels = tile.createImageData(GRAIN, GRAIN);
  let seed = 1;
  for (let i = 0; i < pixels.data.length; i++) {
    seed = (seed * 16_807) % 2_147_483_647;
    pixels.data[i] = i % 4 === 3 ? 255 : 96 + (seed % 64);
  }
  tile.putImageData(pixels, 0, 0);
  return context.createPattern(tile.canvas, 'repeat') ?? undefined;
};

const paint = (
  context: OffscreenCanvasRenderingContext2D,
  grain: CanvasPattern | undefined,
  { width, height }: Limits,
  i: number,
) => {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = grain ?? `hsl(${i * 24} 70% 50%)`;
  context.translate(-((i * 7) % GRAIN), -((i * 3) % GRAIN));
  context.fillRect(0, 0, width + GRAIN, height + GRAIN);
  context.setTransform(1, 0, 0, 1, 0, 0);
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

/**
 * Encodes a second or so as fast as it can, and reports how fast that was where it came out whole.
 *
 * @param over ends it: an encoder that hangs would be held, and asked again and again, for the whole show
 */
const encodes = async (
  videoCodec: string,
  { limits, sampleRate, clock }: Parts,
  over: AbortSignal,
): Promise<Pace | undefined> => {
  const context = new OffscreenCanvas(limits.width, limits.height).getContext('2d', { alpha: false });
  if (!context) return undefined;
  const grain = createGrain(context);
  const seen = { bytes: 0, failed: false };
  const encoder = await startWebCodecs({
    videoCodec,
    sampleRate,
    limits: { ...limits, encoderQueueFrames: TRIAL_FRAMES },
    write: (piece) => {
      seen.bytes += piece.byteLength;
    },
    onError: () => {
      seen.failed = true;
    },
  });
  over.addEventListener('abort', () => encoder.close());
  const frameMicroseconds = 1e6 / limits.frameRate;
  const sinceMs = clock();
  let frames = 0;
  const isTold = () => frames >= FEWEST_FRAMES && clock() - sinceMs > PACE_MS;
  const goesOn = () => !seen.failed && !over.aborted;
  try {
    for (let i = 0; i < TRIAL_FRAMES && goesOn() && !isTold(); i++) {
      frames += 1;
      paint(context, grain, limits, i);
      encoder.picture(new VideoFrame(context.canvas, { timestamp: i * frameMicroseconds, alpha: 'discard' }), i);
      encoder.sound(new Float32Array(Math.round(sampleRate / limits.frameRate) * CHANNELS));
      while (encoder.waiting >= WAITING_FRAMES && goesOn())
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (goesOn()) await encoder.flush();
    const tookMs = Math.max(1, clock() - sinceMs);
    if (!goesOn() || seen.bytes === 0 || encoder.droppedFrames > 0) return undefined;
    return { picturesASecond: (frames * 1000) / tookMs };
  } finally {
    encoder.close();
  }
};

/** Whether WebCodecs really gives H.264 and AAC of this picture here, and how many pictures a second. */
export const tryWebCodecs = async (parts: Parts): Promise<Paced | undefined> => {
  if (typeof VideoEncoder === 'undefined' || typeof OffscreenCanvas === 'undefined') return undefined;
  try {
    // Fetched before the clock runs: a slow network is no slow encoder.
    await ensureAac(parts.sampleRate, parts.limits.audioKbps);
  } catch {
    return undefined;
  }
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), DEADLINE_MS);
  const deadline = new Promise<undefined>((resolve) => over.signal.addEventListener('abort', () => resolve(undefined)));
  const trial = async (): Promise<Paced | undefined> => {
    for (const videoCodec of videoCodecs(parts.limits)) {
      if (over.signal.aborted) return undefined;
      if (!(await supported(videoCodec, parts.limits))) continue;
      try {
        const pace = await encodes(videoCodec, parts, over.signal);
        if (pace) return { container: 'matroska', videoCodec, audioCodec: AUDIO_CODEC, ...pace };
      } catch {
        // An encoder that claims a codec and throws at it: the next one may do.
      }
    }
    return undefined;
  };
  return Promise.race([trial(), deadline]).finally(() => clearTimeout(timer));
};
