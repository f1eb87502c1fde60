import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../ids.ts';
import type { Limits } from '../limits.ts';
import type { StaticFile } from '../records.ts';
import type { Store } from '../store.ts';
import { toStaticFile } from '../views.ts';
import type { Announce } from '../webhooks/events.ts';
import { startChild, type Child } from './child.ts';
import { openTimeline } from './timeline.ts';

type Parts = {
  store: Store;
  ffmpegPath: string;
  limits: Limits;
  closing: AbortSignal;
  announce: Announce;
  log: (line: string) => void;
};

/** Makes one MP4 of a recording, one recording at a time; nothing is encoded. */
export type StaticFiles = {
  make: (assetId: string, passthrough: string | undefined) => StaticFile | undefined;
  close: () => Promise<void>;
};

const LIST = 'segments.txt';

/** The segments of a list into one file, of which a player may begin before it has all. */
export const fileArguments = (file: string): string[] =>
  [
    ['-hide_banner', '-nostats', '-loglevel', 'error', '-y', '-protocol_whitelist', 'file', '-f', 'concat'],
    ['-i', LIST, '-map', '0:v?', '-map', '0:a?', '-c', 'copy', '-bsf:a', 'aac_adtstoasc'],
    ['-movflags', '+faststart', '-f', 'mp4', file],
  ].flat();

export const createStaticFiles = ({ store, ffmpegPath, limits, closing, announce, log }: Parts): StaticFiles => {
  const { assets } = store;
  let last: Promise<void> = Promise.resolve();
  let running: Child | undefined;

  const told = (assetId: string, what: 'created' | 'ready' | 'errored'): void => {
    const asset = assets.get(assetId);
    if (asset?.static_file)
      announce(
        `video.asset.static_rendition.${what}`,
        { type: 'asset', id: assetId },
        {
          ...toStaticFile(asset.static_file, asset),
          asset_id: assetId,
        },
      );
  };

  const run = async (assetId: string): Promise<void> => {
    const file = assets.get(assetId)?.static_file;
    if (!file || file.status !== 'preparing' || closing.aborted) return;
    const dir = store.mediaDir(assetId);
    const { segments } = openTimeline(dir);
    writeFileSync(join(dir, LIST), segments.map((segment) => `file '${segment.file}'\n`).join(''));
    running = startChild({ command: ffmpegPath, args: fileArguments(file.name), cwd: dir, limits, closing });
    running.stdin.end();
    const { clean, lastWords } = await running.exited;
    running = undefined;
    // stopped with us: the next start makes it
    if (closing.aborted) return;
    if (!clean) log(`the file of ${assetId} cannot be made: ${lastWords}`);
    const bytes = clean ? statSync(join(dir, file.name)).size : 0;
    const status = clean ? 'ready' : 'errored';
    assets.update(assetId, (asset) => ({ ...asset, static_file: { ...file, status, bytes } }));
    told(assetId, status);
  };

  const begin = (assetId: string): void => {
    last = last.then(() => run(assetId)).catch((cause: unknown) => log(`the file of ${assetId}: ${String(cause)}`));
  };

  for (const { id, static_file } of assets.all()) if (static_file?.status === 'preparing') begin(id);

  return {
    make(assetId, passthrough) {
      const file: StaticFile = {
        id: newId(),
        name: 'highest.mp4',
        resolution: 'highest',
        status: 'preparing',
        bytes: 0,
        ...(passthrough === undefined ? {} : { passthrough }),
      };
      const made = assets.update(assetId, (asset) => ({ ...asset, static_file: file }));
      if (!made) return undefined;
      told(assetId, 'created');
      begin(assetId);
      return file;
    },
    async close() {
      running?.kill();
      await last;
    },
  };
};
