import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LIMITS } from '../../../ingest-worker/limits.ts';
import { AWS, TABLE_NAME } from '../lib/test-streams.ts';

/** A real worker process, as it runs in the container: one bundle, and nothing in common with us but sockets. */
export type WorkerProcess = {
  readonly pid: number;
  readonly port: number;
  readonly isGone: boolean;
  /** Lines of its log. */
  readonly lines: readonly string[];
  kill(signal: NodeJS.Signals): void;
  readonly gone: Promise<void>;
  /** Encoders (or other children) of it. */
  children(): Promise<number[]>;
  metrics(): Promise<string>;
};

const READY_MS = 30_000;
const GRACE_MS = 3_000;

export const startWorkerProcess = async (bundle: string, env: Record<string, string>): Promise<WorkerProcess> => {
  const child = spawn(process.execPath, [bundle], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const gone = once(child, 'exit').then(() => undefined);
  createInterface(child.stderr).on('line', (line) => lines.push(line));
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the worker did not get ready')), READY_MS);
    child.once('exit', () => reject(new Error(`the worker ended as it started: ${lines.join('\n')}`)));
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      const ready = /"message":"worker ready".*"port":(\d+)/.exec(line)?.[1];
      if (ready === undefined) return;
      clearTimeout(timer);
      resolve(Number(ready));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the worker has no pid');
  return {
    pid,
    port,
    lines,
    gone,
    get isGone() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    kill: (signal) => void child.kill(signal),
    children: () => childrenOf(pid),
    metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  };
};

type Surroundings = {
  tableUrl: string;
  rtmpsUrl: string;
  caFile: string;
  publisher: 'native' | 'ffmpeg';
  /** Number of this worker among those of the run. */
  id: number;
};

/** Settings of a worker among our own table, server and publishers, which it never turns away. */
export const workerEnvironment = ({ tableUrl, rtmpsUrl, caFile, publisher, id }: Surroundings) => ({
  PORT: '0',
  TABLE_NAME,
  AWS_ENDPOINT_URL_DYNAMODB: tableUrl,
  AWS_REGION: AWS.region,
  AWS_ACCESS_KEY_ID: AWS.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: AWS.credentials.secretAccessKey,
  ALLOWED_ORIGINS: 'http://localhost:3000',
  RTMPS_URL: rtmpsUrl,
  RTMPS_CA_FILE: caFile,
  PUBLISHER: publisher,
  CAPACITY_UNITS: PLENTY,
  CAPACITY_SESSIONS: String(LIMITS.sessions),
  TASK_MEMORY_MIB: PLENTY,
  HANDSHAKES_PER_MINUTE: PLENTY,
  WORKER_ID: `checks-${id}`,
});
const PLENTY = '100000';

/** SIGTERM, and SIGKILL for one that takes its time: shows are over by then. */
export const endWorker = async (worker: WorkerProcess): Promise<void> => {
  if (worker.isGone) return;
  worker.kill('SIGTERM');
  const timer = setTimeout(() => worker.kill('SIGKILL'), GRACE_MS);
  await worker.gone;
  clearTimeout(timer);
};

export const childrenOf = async (parent: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map(async (pid) => [Number(pid), await parentOf(pid)] as const));
  return parents.filter(([, found]) => found === parent).map(([pid]) => pid);
};

const parentOf = async (pid: string): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
};

/** Bytes that a process holds now, and the most it ever did. */
export const readMemory = async (pid: number): Promise<{ nowBytes: number; peakBytes: number }> => {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1_024;
  return { nowBytes: read('VmRSS'), peakBytes: read('VmHWM') };
};

/** Processor time that a process itself has used, in ms. */
export const readCpuMs = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_FIELD] ?? 0) + Number(fields[SYSTEM_FIELD] ?? 0)) * TICK_MS;
};
/** Counted after the name; a tick is a hundredth of a second on every Linux. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;
const TICK_MS = 10;

/** Files, pipes and sockets that a process holds open, but for those connected to `port` of this machine. */
export const readDescriptors = async (pid: number, port: number): Promise<number> => {
  const inodes = new Set(
    (await readFile('/proc/net/tcp', 'latin1'))
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[REMOTE_FIELD]?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`))
      .map((fields) => `socket:[${fields[INODE_FIELD]}]`),
  );
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(join(directory, name)).catch(() => undefined)));
  return targets.filter((target) => target !== undefined && !inodes.has(target)).length;
};
const REMOTE_FIELD = 2;
const INODE_FIELD = 9;
