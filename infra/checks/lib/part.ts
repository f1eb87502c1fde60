import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';

/** A part of a program in a process of its own: where all is one process, each part waits for the turns of the others. */
export type Part = {
  readonly pid: number;
  ask(what: string, given?: unknown): Promise<unknown>;
  /** How late its event loop has been since this was last asked. */
  lateness(): Promise<Lateness>;
  close(): Promise<void>;
};

export const Lateness = z.object({ p99Ms: z.number(), maxMs: z.number() });
export type Lateness = z.infer<typeof Lateness>;

type Answers = Record<string, (given: unknown) => unknown>;

const Ask = z.object({ id: z.number(), what: z.string(), given: z.optional(z.unknown()) });
const Answer = z.object({ id: z.number(), answer: z.optional(z.unknown()), fault: z.optional(z.string()) });

const LATENESS = 'lateness';
const RESOLUTION_MS = 10;

/** Starts a program as a part, in a process of its own; it has to `servePart`. */
export const startPart = (program: URL): Part => {
  const file = basename(program.pathname);
  const child = fork(fileURLToPath(program), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  const gone = once(child, 'exit');
  const asked = new Map<number, { resolve: (answer: unknown) => void; reject: (fault: Error) => void }>();
  let ids = 0;
  child.on('message', (message) => {
    const { id, answer, fault } = Answer.parse(message);
    const waiting = asked.get(id);
    asked.delete(id);
    if (fault === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(`${file}: ${fault}`));
  });
  void gone.then(([code]) => {
    for (const { reject } of asked.values()) reject(new Error(`${file} ended with ${String(code)}`));
  });

  const ask = (what: string, given?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      ids += 1;
      asked.set(ids, { resolve, reject });
      child.send({ id: ids, what, given }, (error) => {
        if (error !== null) reject(error);
      });
    });

  return {
    pid,
    ask,
    lateness: async () => Lateness.parse(await ask(LATENESS)),
    close: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
};

/** Answers whoever started this process, until it lets go of it. */
export const servePart = (answers: Answers): void => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const answer = async (what: string, given: unknown): Promise<unknown> => {
    if (what !== LATENESS) return answers[what]?.(given);
    const lateness = { p99Ms: toLateMs(delays.percentile(99)), maxMs: toLateMs(delays.max) };
    delays.reset();
    return lateness;
  };
  const reply = (message: z.infer<typeof Answer>): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (message) => {
    const { id, what, given } = Ask.parse(message);
    answer(what, given).then(
      (said) => reply({ id, answer: said }),
      (fault: unknown) => reply({ id, fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
};

/** The histogram counts from one look to the next. */
const toLateMs = (ns: number): number => Math.max(0, Math.round(ns / 1e6) - RESOLUTION_MS);

/** For `NODE_OPTIONS` of a process that is no part of ours: a line of JSON a second on stderr, and no change to its code. */
export const LATENESS_PRELOAD = `--import=data:text/javascript,${encodeURIComponent(
  `import { monitorEventLoopDelay } from 'node:perf_hooks';
  const delays = monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} });
  delays.enable();
  setInterval(() => {
    console.error(JSON.stringify({ lateMs: Math.max(0, Math.round(delays.max / 1e6) - ${RESOLUTION_MS}) }));
    delays.reset();
  }, 1000).unref();`,
)}`;
