/**
 * Runs inside the worker's image, bundled into one file: starts a hostile program in FFmpeg's place as a worker starts FFmpeg, behind
 * each wall that is to be had there, and says as JSON what it got.
 *
 *   node hostile-in-place.mjs HOSTILE SECRET_FILE FOLDER
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createStartEncoder, type EncoderEvent } from '../../../ingest-worker/media/encoder.ts';
import { chooseWall, type Wall, withoutWall } from '../../../ingest-worker/media/wall.ts';

const [hostile = '', secret = '', folder = ''] = process.argv.slice(2);
const { ENCODER_WALL_LIBRARY: library } = process.env;
const listener = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
await once(listener, 'listening');
const address = listener.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

/** The wall, with the hostile program where FFmpeg is: the last of what is started. */
const before = (wall: Wall): Wall => {
  const { file, args } = wall.command([]);
  return { level: wall.level, command: (more) => ({ file, args: [...args.slice(0, -1), hostile, ...more] }) };
};

/** The victim is this process, as it would be a worker. */
const attacked = async (wall: Wall): Promise<string> => {
  const args = [String(port), String(process.pid), secret, folder];
  const exit = await new Promise<EncoderEvent>((resolve) => {
    createStartEncoder({ ffmpegPath: hostile, wall })({ args, nice: 0, onEvent: resolve });
  });
  return exit.type === 'exited' ? exit.detail : exit.type;
};

const sealed = await chooseWall({ ffmpegPath: 'ffmpeg', library });
const limits = await chooseWall({ ffmpegPath: 'ffmpeg', library: undefined });
const found: Record<string, string> = {};
for (const wall of [sealed, limits]) found[wall.level] = await attacked(before(wall));
found['none'] = await attacked(withoutWall(hostile));
console.log(JSON.stringify(found));
process.exit(0);
