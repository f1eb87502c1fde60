import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** On what and with what was measured. */
export type Machine = {
  processor: string;
  cores: number;
  memoryGb: number;
  node: string;
  ffmpeg: string;
  commit: string;
  /** When, as ISO 8601 has it, to the minute. */
  at: string;
  /** What else ran, by the load of the last minute before it began. */
  loadBefore: number;
};

const say = async (command: string, args: string[]): Promise<string> =>
  run(command, args).then(
    ({ stdout }) => stdout,
    () => '',
  );

export const readMachine = async (loadBefore: number): Promise<Machine> => {
  const ffmpeg = await say('ffmpeg', ['-version']);
  const dirty = (await say('git', ['status', '--porcelain', '--', 'ingest-worker', ':!ingest-worker/bench'])) !== '';
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    ffmpeg: /^ffmpeg version (\S+)/.exec(ffmpeg)?.[1] ?? 'unknown',
    commit: `${(await say('git', ['rev-parse', '--short', 'HEAD'])).trim()}${dirty ? ' and changes' : ''}`,
    at: new Date().toISOString().slice(0, 16),
    loadBefore,
  };
};

/** Whether processes can be kept to a core: with one alone there is nothing to part. */
export const canPin = async (): Promise<boolean> =>
  availableParallelism() > 1 && (await say('taskset', ['--version'])) !== '';

/** Keeps a process and what it starts from now on to the first core; or, what only serves a measurement, to the others. */
export const pin = async (pid: number, to: 'first' | 'others'): Promise<void> => {
  const cores = to === 'first' ? '0' : `1-${availableParallelism() - 1}`;
  await run('taskset', ['-a', '-c', '-p', cores, String(pid)]);
};
