import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Limits } from '../limits.ts';

type Settings = { command: string; args: string[]; cwd?: string; limits: Pick<Limits, 'endMs' | 'interruptMs'> };

/** A process of ours that ends in order. */
export type Child = {
  stdin: ChildProcessWithoutNullStreams['stdin'];
  stdout: ChildProcessWithoutNullStreams['stdout'];
  /** Resolves when it has left; never rejects. */
  exited: Promise<{ clean: boolean; lastWords: string }>;
  /** Its input ends; if it does not leave by that it is interrupted, then killed. */
  end: () => Promise<void>;
  kill: () => void;
};

const LAST_WORDS_CHARACTERS = 500;

export const startChild = ({ command, args, cwd, limits }: Settings): Child => {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  let lastWords = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    lastWords = (lastWords + words).slice(-LAST_WORDS_CHARACTERS);
  });
  // A child that dies closes its input under our hands; its exit says so.
  child.stdin.on('error', () => {});

  const exited = new Promise<{ clean: boolean; lastWords: string }>((resolve) => {
    child.once('error', (cause) => resolve({ clean: false, lastWords: cause.message }));
    child.once('close', (code) => resolve({ clean: code === 0 || code === 255, lastWords: lastWords.trim() }));
  });
  let ending: Promise<void> | undefined;

  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exited,
    kill: () => void child.kill('SIGKILL'),
    end() {
      ending ??= (async () => {
        child.stdin.end();
        const interrupt = setTimeout(() => child.kill('SIGINT'), limits.endMs);
        const kill = setTimeout(() => child.kill('SIGKILL'), limits.endMs + limits.interruptMs);
        await exited;
        clearTimeout(interrupt);
        clearTimeout(kill);
      })();
      return ending;
    },
  };
};
