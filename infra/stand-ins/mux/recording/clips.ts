import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Limits } from '../limits.ts';
import type { AssetRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { toAsset } from '../views.ts';
import type { Announce } from '../webhooks/events.ts';
import type { Captions } from './captions.ts';
import { startChild, type Child } from './child.ts';
import { openTimeline } from './timeline.ts';

type Parts = {
  store: Store;
  ffmpegPath: string;
  limits: Limits;
  closing: AbortSignal;
  announce: Announce;
  captions: Captions;
  log: (line: string) => void;
};

/** Makes assets of a part of another, one at a time. */
export type Clips = { begin: (assetId: string) => void; close: () => Promise<void> };

const LIST = 'source.txt';

/** From and to by their pictures and not by their key frames, so that it is encoded anew. */
const clipArguments = ({ from, to }: { from: number; to: number }, segmentSeconds: number): string[] =>
  [
    ['-hide_banner', '-nostats', '-loglevel', 'error', '-y', '-protocol_whitelist', 'file', '-f', 'concat'],
    ['-safe', '0', '-i', LIST, '-ss', String(from), '-to', String(to), '-map', '0:v?', '-map', '0:a?'],
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    ['-force_key_frames', `expr:gte(t,n_forced*${segmentSeconds})`],
    ['-f', 'segment', '-segment_format', 'mpegts', '-segment_time', String(segmentSeconds)],
    ['-segment_list', 'pipe:1', '-segment_list_type', 'csv', '0-%05d.ts'],
  ].flat();

export const createClips = ({ store, ffmpegPath, limits, closing, announce, captions, log }: Parts): Clips => {
  const { assets } = store;
  let last: Promise<void> = Promise.resolve();
  let running: Child | undefined;

  const settle = (assetId: string, is: Partial<AssetRecord> & { status: 'ready' | 'errored' }): void => {
    const asset = assets.update(assetId, (record) => ({ ...record, ...is }));
    if (asset) announce(`video.asset.${is.status}`, { type: 'asset', id: assetId }, toAsset(asset, 'webhook'));
  };

  const run = async (assetId: string): Promise<void> => {
    const { clip, status } = assets.get(assetId) ?? {};
    if (!clip || status !== 'preparing' || closing.aborted) return;
    const dir = store.mediaDir(assetId);
    // what was made of it before a restart is made again
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { segments } = openTimeline(store.mediaDir(clip.source_asset_id));
    const source = assets.get(clip.source_asset_id);
    const files = segments.map(({ file }) => `file '${join(store.mediaDir(clip.source_asset_id), file)}'\n`);
    writeFileSync(join(dir, LIST), files.join(''));
    const timeline = openTimeline(dir);
    const beganMs = (segments[0]?.at_ms ?? 0) + clip.from * 1_000;
    running = startChild({
      command: ffmpegPath,
      args: clipArguments(clip, limits.segmentSeconds),
      cwd: dir,
      limits,
      closing,
    });
    createInterface(running.stdout).on('line', (line) => {
      const [file = '', from, to] = line.split(',');
      if (!/^0-\d+\.ts$/.test(file) || !(Number(to) > Number(from))) return;
      const seconds = Number(to) - Number(from);
      timeline.append({
        run: 0,
        file,
        seconds,
        bytes: statSync(join(dir, file)).size,
        at_ms: beganMs + Number(from) * 1_000,
      });
    });
    running.stdin.end();
    const { clean, lastWords } = await running.exited;
    running = undefined;
    // stopped with us: the next start makes it
    if (closing.aborted) return;
    const duration = timeline.segments.reduce((sum, { seconds }) => sum + seconds, 0);
    if (!clean || duration === 0 || !source) {
      log(`the clip ${assetId} cannot be made: ${lastWords}`);
      settle(assetId, {
        status: 'errored',
        errors: { type: 'invalid_input', messages: ['The source cannot be read.'] },
      });
      return;
    }
    const { video, audio } = source;
    settle(assetId, {
      status: 'ready',
      duration,
      bytes: timeline.segments.reduce((sum, { bytes }) => sum + bytes, 0),
      frames: Math.round((source.frames / source.duration) * duration),
      ...(video && { video }),
      ...(audio && { audio }),
    });
    captions.heard(assetId);
  };

  const begin = (assetId: string): void => {
    last = last.then(() => run(assetId)).catch((cause: unknown) => log(`the clip ${assetId}: ${String(cause)}`));
  };

  for (const { id, clip, status } of assets.all()) if (clip && status === 'preparing') begin(id);

  return {
    begin,
    async close() {
      running?.kill();
      await last;
    },
  };
};
