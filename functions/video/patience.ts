import { VideoFault } from './live-video.ts';

/** How long one request of ours may wait on the provider, all its attempts together. API Gateway gives a request 29 s. */
export const PATIENCE = {
  budgetMs: 8_000,
  attemptMs: 4_000,
  /** With less than this left no attempt is worth its doubt. */
  leastMs: 1_000,
  firstWaitMs: 250,
  longestWaitMs: 2_000,
} as const;

type Parts = {
  clock: () => number;
  wait: (ms: number) => Promise<void>;
  random: () => number;
  patience?: { [Name in keyof typeof PATIENCE]: number };
};

/**
 * Tries again what fails for a passing reason, with backoff and full jitter, as long as the budget lasts. Mux's own advice in
 * `Retry-After` is followed where it fits in.
 *
 * @returns `patiently(attempt, mayRepeat)`; `mayRepeat` is asked after a doubtful failure: whether a second try does no harm
 */
export const createPatience = ({ clock, wait, random, patience = PATIENCE }: Parts) => {
  return async <Value>(
    attempt: (timeoutMs: number) => Promise<Value>,
    mayRepeat: () => Promise<boolean> | boolean = () => true,
  ): Promise<Value> => {
    const until = clock() + patience.budgetMs;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt(Math.max(patience.leastMs, Math.min(patience.attemptMs, until - clock())));
      } catch (error) {
        const { fault, retryAfterMs } = asFault(error);
        if (fault.because === 'refused') throw fault;
        const backoff = random() * Math.min(patience.firstWaitMs * 2 ** tries, patience.longestWaitMs);
        const pause = Math.max(backoff, retryAfterMs ?? 0);
        if (clock() + pause + patience.leastMs > until) throw fault;
        await wait(pause);
        if (fault.doubtful && !(await mayRepeat())) throw fault;
      }
    }
  };
};
export type Patiently = ReturnType<typeof createPatience>;

const asFault = (error: unknown): { fault: VideoFault; retryAfterMs: number | undefined } => {
  if (error instanceof VideoFault) return { fault: error, retryAfterMs: undefined };
  const status = member(error, 'status');
  if (status === 429)
    return { fault: new VideoFault('busy', { doubtful: false, cause: error }), retryAfterMs: retryAfter(error) };
  if (typeof status === 'number' && status >= 400 && status < 500 && status !== 408)
    return { fault: new VideoFault('refused', { doubtful: false, cause: error }), retryAfterMs: undefined };
  // 5xx, a connection that broke, no answer in time: it may have been done
  return { fault: new VideoFault('down', { doubtful: true, cause: error }), retryAfterMs: retryAfter(error) };
};

const retryAfter = (error: unknown): number | undefined => {
  const headers = member(error, 'headers');
  const seconds = headers instanceof Headers ? Number(headers.get('retry-after') ?? Number.NaN) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
