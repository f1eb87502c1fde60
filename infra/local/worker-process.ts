import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Waits before a dead worker is started again: at once, then ever more slowly while it keeps dying. */
const RESTART_MS = [100, 500, 1_000, 2_000, 5_000];
const HEALTHY_MS = 10_000;
const READY_MS = 20_000;
const POLL_MS = 50;
const LAUNCHER = fileURLToPath(new URL('worker-launcher.mjs', import.meta.url));

type Settings = {
  /** The worker's bundle. */
  bundle: string;
  port: number;
  environment: Record<string, string>;
  log: (line: string) => void;
};

export type WorkerProcess = {
  url: string;
  pid: () => number | undefined;
  /** When the process that runs now was started, in milliseconds since 1970. */
  startedAt: () => number;
  /** SIGTERM, so that it hands its shows on, and a new process in its place. */
  restart: (bundle: string) => Promise<void>;
  /** SIGTERM, then SIGKILL after `graceMs`. */
  close: (graceMs: number) => Promise<void>;
};

/** A line of the worker's JSON log for a person at a terminal; any other line as it is. */
const readable = (line: string): string => {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) return line;
    const { at: _, workerId: __, level = '', message = '', ...rest }: Record<string, unknown> = { ...entry };
    return [level, message, ...Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(
      ' ',
    );
  } catch {
    return line;
  }
};

const exited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const ended = async (child: ChildProcess, graceMs: number): Promise<void> => {
  if (exited(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
};

/**
 * The ingest worker as a process of its own, as it is in a container; started again whenever it dies. It ends with us even
 * when we are killed: its launcher hears the channel to us close.
 */
export const startWorkerProcess = async (settings: Settings): Promise<WorkerProcess> => {
  const url = `http://127.0.0.1:${settings.port}`;
  let bundle = settings.bundle;
  let closing = false;
  let deaths = 0;
  let startedAt = 0;
  let child = start();
  let again: NodeJS.Timeout | undefined;

  function start(): ChildProcess {
    startedAt = Date.now();
    const begun = startedAt;
    const made = spawn(process.execPath, ['--enable-source-maps', LAUNCHER, bundle], {
      env: settings.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own group: Ctrl-C reaches us alone, and we end the parts in their order.
      detached: true,
    });
    for (const stream of [made.stdout, made.stderr])
      stream?.on('data', (said: Buffer) => {
        for (const line of said.toString().split('\n')) if (line.trim()) settings.log(readable(line));
      });
    made.once('error', (cause) => settings.log(`worker could not be started: ${cause.message}`));
    made.once('exit', (code, signal) => {
      if (closing || made !== child) return;
      deaths = Date.now() - begun > HEALTHY_MS ? 0 : deaths + 1;
      const wait = RESTART_MS[Math.min(deaths, RESTART_MS.length - 1)];
      settings.log(`worker ended (${signal ?? code}); another starts in ${wait} ms`);
      again = setTimeout(() => {
        child = start();
      }, wait);
    });
    return made;
  }

  const ready = async (): Promise<void> => {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline && !exited(child)) {
      const answer = await fetch(`${url}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((later) => setTimeout(later, POLL_MS));
    }
    throw new Error(exited(child) ? 'the ingest worker ended while it started' : 'the ingest worker did not get ready');
  };

  const close = async (graceMs: number): Promise<void> => {
    closing = true;
    clearTimeout(again);
    await ended(child, graceMs);
  };
  await ready().catch(async (cause: unknown) => {
    await close(0);
    throw cause;
  });
  return {
    url,
    pid: () => child.pid,
    startedAt: () => startedAt,
    restart: async (fresh) => {
      bundle = fresh;
      const old = child;
      clearTimeout(again);
      // The port is free only once the old one is gone, so its clients find nobody for as long as it takes to drain.
      closing = true;
      await ended(old, RESTART_GRACE_MS);
      closing = false;
      child = start();
      await ready();
    },
    close,
  };
};

const RESTART_GRACE_MS = 5_000;
