import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Limits } from '../limits.ts';

type Settings = {
  command: string;
  args: string[];
  cwd?: string;
  limits: Pick<Limits, 'endMs' | 'closeMs' | 'interruptMs' | 'lastWordsMs'>;
  /** Aborted when we stop: then there is little time left. */
  closing: AbortSignal;
};

/** A process of ours that ends in order. */
export type Child = {
  stdin: ChildProcessWithoutNullStreams['stdin'];
  stdout: ChildProcessWithoutNullStreams['stdout'];
  /** Resolves when it has left and all that it said is read; never rejects. */
  exited: Promise<{ clean: boolean; lastWords: string }>;
  /** Its input ends; if it does not leave by that it is interrupted, then killed. */
  end: () => Promise<void>;
  kill: () => void;
};

const LAST_WORDS_CHARACTERS = 500;

export const startChild = ({ command, args, cwd, limits, closing }: Settings): Child => {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  let lastWords = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    lastWords = (lastWords + words).slice(-LAST_WORDS_CHARACTERS);
  });
  // A child that dies closes its input under our hands; its exit says so.
  child.stdin.on('error', () => {});

  let timers: NodeJS.Timeout[] = [];
  const exited = new Promise<{ clean: boolean; lastWords: string }>((resolve) => {
    const settle = (code: number | null): void => {
      closing.removeEventListener('abort', hurry);
      for (const timer of timers) clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ clean: code === 0 || code === 255, lastWords: lastWords.trim() });
    };
    child.once('error', (cause) => {
      lastWords = cause.message;
      settle(null);
    });
    child.once('close', settle);
    // 'close' also waits for pipes that a grandchild may hold.
    child.once('exit', (code) => timers.push(setTimeout(settle, limits.lastWordsMs, code)));
  });

  const endWithin = (ms: number): void => {
    for (const timer of timers) clearTimeout(timer);
    timers = [
      setTimeout(() => child.kill('SIGINT'), ms),
      setTimeout(() => child.kill('SIGKILL'), ms + limits.interruptMs),
    ];
    child.stdin.end();
  };
  const hurry = (): void => endWithin(limits.closeMs);
  closing.addEventListener('abort', hurry);
  let ending = false;

  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    kill: () => void child.kill('SIGKILL'),
    async end() {
      if (!ending && !closing.aborted) endWithin(limits.endMs);
      ending = true;
      await exited;
    },
  };
};
