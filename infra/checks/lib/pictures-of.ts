import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const READ_MS = 60_000;

/** Pictures in a file or at an address, as they lie there. */
export const picturesOf = async (input: string, bytes?: Buffer): Promise<number> => {
  const what = [
    '-count_packets',
    '-select_streams',
    'v:0',
    '-show_entries',
    'stream=nb_read_packets',
    '-of',
    'csv=p=0',
  ];
  const running = promisify(execFile)('ffprobe', ['-v', 'error', ...what, input], { timeout: READ_MS });
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(bytes);
  return Number((await running).stdout.trim().split('\n')[0]);
};
