import type { Limits } from '../limits.ts';
import { startChild, type Child } from '../recording/child.ts';

export const FORMATS = {
  jpg: { type: 'image/jpeg', encoder: ['-c:v', 'mjpeg', '-q:v', '3'] },
  png: { type: 'image/png', encoder: ['-c:v', 'png'] },
  webp: { type: 'image/webp', encoder: ['-c:v', 'libwebp'] },
} as const;
export type Format = keyof typeof FORMATS;

type Picture = {
  dir: string;
  file: string;
  offsetSeconds: number;
  width?: number;
  height?: number;
  format: Format;
};

/** Takes still pictures out of segments. */
export type Pictures = {
  take: (
    picture: Picture,
  ) => Promise<{ taken: true; bytes: Buffer } | { taken: false; because: 'busy' | 'no-picture' }>;
  close: () => Promise<void>;
};

export const pictureArguments = ({ file, offsetSeconds, width, height, format }: Omit<Picture, 'dir'>): string[] => {
  const scale = width === undefined && height === undefined ? [] : ['-vf', `scale=${width ?? -2}:${height ?? -2}`];
  return [
    ['-hide_banner', '-nostats', '-loglevel', 'error', '-protocol_whitelist', 'file,pipe'],
    // After the input, so that it decodes up to there: a segment has one key frame, at its beginning, and a seek would miss it.
    ['-i', file, '-ss', offsetSeconds.toFixed(3), '-an', '-frames:v', '1', ...scale],
    [...FORMATS[format].encoder, '-f', 'image2pipe', 'pipe:1'],
  ].flat();
};

export const createPictures = ({
  ffmpegPath,
  limits,
  closing,
}: {
  ffmpegPath: string;
  limits: Limits;
  closing: AbortSignal;
}): Pictures => {
  const running = new Set<Child>();
  const waiting: (() => void)[] = [];
  /** The most recently asked for last. */
  const cache = new Map<string, Buffer>();
  let cachedBytes = 0;

  const keep = (key: string, bytes: Buffer): void => {
    cache.set(key, bytes);
    cachedBytes += bytes.length;
    for (const [oldest, { length }] of cache) {
      if (cachedBytes <= limits.imageCacheBytes) break;
      cache.delete(oldest);
      cachedBytes -= length;
    }
  };

  const run = async (picture: Picture): Promise<Buffer> => {
    const child = startChild({
      command: ffmpegPath,
      args: pictureArguments(picture),
      cwd: picture.dir,
      limits,
      closing,
    });
    running.add(child);
    child.stdin.end();
    const late = setTimeout(child.kill, limits.imageMs);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await child.exited;
    clearTimeout(late);
    running.delete(child);
    waiting.shift()?.();
    return Buffer.concat(chunks);
  };

  return {
    async take(picture) {
      const key = JSON.stringify(picture);
      const known = cache.get(key);
      if (known) {
        cache.delete(key);
        cache.set(key, known);
        return { taken: true, bytes: known };
      }
      if (closing.aborted || waiting.length >= limits.imagesWaiting) return { taken: false, because: 'busy' };
      if (running.size >= limits.images) await new Promise<void>((resolve) => waiting.push(resolve));
      if (closing.aborted) return { taken: false, because: 'busy' };
      const there = await run(picture);
      // Nothing begins after the last frame; the first one is always there.
      const bytes =
        there.length > 0 || picture.offsetSeconds === 0 ? there : await run({ ...picture, offsetSeconds: 0 });
      if (bytes.length === 0) return { taken: false, because: 'no-picture' };
      keep(key, bytes);
      return { taken: true, bytes };
    },
    async close() {
      for (const go of waiting.splice(0)) go();
      for (const child of running) child.kill();
      await Promise.all([...running].map(({ exited }) => exited));
    },
  };
};
