import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { LIMITS } from '../limits.ts';
import { ENCODER_AHEAD_MS } from './ffmpeg-args.ts';
import { createFlvReader } from './flv-reader.ts';
import type { FlvTag } from './flv-tag.ts';
import { createStallWatch } from './stall-watch.ts';
import { type Wall, withoutWall } from './wall.ts';

/** What a session needs of an encoder (SPEC §E): one run of FFmpeg. A session starts another when it ends too early. */
export type StartEncoder = (options: {
  args: string[];
  /** How far it gives way to other processes, as of nice(1). */
  nice: number;
  onEvent: (event: EncoderEvent) => void;
}) => Encoder;

export type EncoderEvent =
  | { type: 'tag'; tag: FlvTag }
  /** What was written has been taken; write on. */
  | { type: 'drained' }
  | { type: 'progress'; droppedFrames: number }
  /**
   * Said once, after the last tag. `clean` when it had been asked to end and made no complaint; `unsupported` when another kind of
   * encoder may well take the very same input.
   */
  | { type: 'exited'; clean: boolean; unsupported?: boolean; detail: string };

export type Encoder = {
  readonly pid: number | undefined;
  /** Takes the bytes, always; false when the caller should wait for `drained`. */
  write(bytes: Buffer): boolean;
  /** No more input: what has been written is encoded, and the process ends. */
  end(): void;
  /** Stops reading what it makes, so that it stops reading what it is given. */
  pause(): void;
  resume(): void;
  /** Ends it at once and for good. Twice is harmless. */
  kill(): void;
};

export type EncoderLimits = Record<
  'encoderStallMs' | 'encoderSlowFactor' | 'encoderEndMs' | 'encoderInterruptMs' | 'encoderMemoryBytes',
  number
>;

const LAST_WORDS_MS = 1_000;
const LAST_WORDS_LENGTH = 300;
const WATCH_MS = 500;
const WEIGH_MS = 4_000;
const PAGE_BYTES = 4_096;
/** Of /proc/PID/stat, counted after the name; a tick is a hundredth of a second on every Linux. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;
const TICK_MS = 10;

/** FFmpeg as a supervised child: it never outlives its use, never stalls unseen and never grows without end. */
export const createStartEncoder =
  ({
    ffmpegPath,
    wall = withoutWall(ffmpegPath),
    limits = LIMITS,
    clock = () => performance.now(),
  }: {
    ffmpegPath: string;
    wall?: Wall;
    limits?: EncoderLimits;
    /** Without what this process stood still: what an encoder had said meanwhile was not read. */
    clock?: () => number;
  }): StartEncoder =>
  ({ args, nice, onEvent }) => {
    // Nothing of our environment: it holds credentials, and FFmpeg reads strangers' bytes.
    const { file, args: walled } = wall.command(args);
    const child = spawn(file, walled, { env: {}, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const timers: NodeJS.Timeout[] = [];
    const stall = createStallWatch({
      stallMs: limits.encoderStallMs,
      endMs: limits.encoderEndMs,
      slowFactor: limits.encoderSlowFactor,
      clock,
      processorMs: () => processorMs(child.pid),
    });
    let lastWords = '';
    let order: 'run' | 'end' | 'kill' = 'run';
    let killedFor: string | undefined;
    let settled = false;
    let interrupted = false;
    let outTime = '';

    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (settled) return;
      settled = true;
      for (const timer of timers) clearTimeout(timer);
      const clean = order === 'end' && !interrupted && killedFor === undefined && code === 0;
      onEvent({ type: 'exited', clean, detail: killedFor ?? `${signal ?? code}${lastWords && `: ${lastWords}`}` });
    };
    const killBecause = (why: string): void => {
      if (settled || killedFor) return;
      killedFor = why;
      child.kill('SIGKILL');
    };

    /** It does not end by itself, however long it is waited for: what it still holds is lost, or made again. */
    const interrupt = (): void => {
      if (interrupted) return;
      interrupted = true;
      child.kill('SIGINT');
      timers.push(setTimeout(() => killBecause('did not end'), limits.encoderInterruptMs));
    };

    const reader = createFlvReader((tag) => {
      stall.answered();
      if (!settled) onEvent({ type: 'tag', tag });
    }, ENCODER_AHEAD_MS);
    const { stdin, stdout, stderr } = child;
    // EPIPE when it has died with input on its way; its exit says why.
    stdin.on('error', () => undefined);
    stdin.on('drain', () => {
      stall.taken();
      if (!settled && order === 'run') onEvent({ type: 'drained' });
    });
    stdout.on('error', () => undefined);
    stdout.on('data', (bytes: Buffer) => {
      try {
        reader.push(bytes);
      } catch (cause) {
        killBecause(cause instanceof Error ? cause.message : 'unreadable output');
      }
    });
    stderr.on('error', () => undefined);
    createInterface(stderr).on('line', (line) => {
      lastWords = line.slice(0, LAST_WORDS_LENGTH);
      // The loader goes on without a library that it cannot load; FFmpeg does not.
      if (line.startsWith('ERROR: ld.so:')) killBecause(line.slice(0, LAST_WORDS_LENGTH));
    });
    const progress = progressOf(child);
    progress?.on('error', () => undefined);
    if (progress)
      createInterface(progress).on('line', (line) => {
        const [name, value = ''] = line.split('=');
        if (name === 'out_time_us' && value !== outTime) {
          outTime = value;
          stall.answered();
        }
        if (name === 'drop_frames' && !settled) onEvent({ type: 'progress', droppedFrames: Number(value) || 0 });
      });

    child.once('error', (cause) => {
      lastWords = cause.message;
      settle(null, null);
    });
    // 'close' comes after the last byte of its output, but also waits for pipes that somebody else may hold.
    child.once('close', settle);
    child.once('exit', (code, signal) => timers.push(setTimeout(settle, LAST_WORDS_MS, code, signal)));
    if (child.pid !== undefined) lowerPriority(child.pid, nice);
    timers.push(
      setInterval(() => {
        if (!stall.stalled()) return;
        if (order === 'run') killBecause('stalled');
        else interrupt();
      }, WATCH_MS).unref(),
      setInterval(() => {
        void heldBytes(child.pid).then((bytes) => bytes > limits.encoderMemoryBytes && killBecause('too much memory'));
      }, WEIGH_MS).unref(),
    );

    return {
      get pid() {
        return child.pid;
      },
      write: (bytes) => {
        if (settled || order !== 'run') return false;
        const took = stdin.write(bytes);
        stall.wrote(took);
        return took;
      },
      end: () => {
        if (settled || order !== 'run') return;
        order = 'end';
        stdin.end();
        stall.ended();
      },
      pause: () => {
        stdout.pause();
        stall.pause();
      },
      resume: () => {
        stdout.resume();
        stall.resume();
      },
      kill: () => {
        order = 'kill';
        stdout.resume();
        killBecause('killed');
      },
    };
  };

const progressOf = (child: { stdio: ChildProcess['stdio'] }): Readable | undefined => {
  const pipe: Readable | Writable | null | undefined = child.stdio[3];
  return pipe && 'read' in pipe ? pipe : undefined;
};

/** Encoding gives way to the sockets of the same machine. */
const lowerPriority = (pid: number, nice: number): void => {
  try {
    setPriority(pid, Math.min(nice, constants.priority.PRIORITY_LOW));
  } catch {
    // It has ended already, or the platform does not let us: both harmless.
  }
};

/** Linux says how much a process holds; elsewhere only FFmpeg's own `-max_alloc` bounds it. */
const heldBytes = async (pid: number | undefined): Promise<number> => {
  if (pid === undefined || process.platform !== 'linux') return 0;
  const pages = await readFile(`/proc/${pid}/statm`, 'latin1').catch(() => '');
  return (Number(pages.split(' ')[1]) || 0) * PAGE_BYTES;
};

/** Linux says how much of the processor all threads of a process have had, in ms; undefined elsewhere, and once it has ended. */
const processorMs = (pid: number | undefined): number | undefined => {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * TICK_MS;
  } catch {
    return undefined;
  }
};
