import type { ServiceHealth } from './gateway.ts';

const HEALTH_MS = 1_500;

/** One of the things that run side by side: it can be asked how it is, and ended. */
export type Part = {
  name: string;
  /** Where people or other parts find it. */
  address: string;
  version: string;
  /** When what runs now was started, in milliseconds since 1970. @default when the part was added */
  startedAt?: () => number;
  /** Why it is not well; undefined when it is. */
  unhealthy: () => Promise<string | undefined>;
  close: () => Promise<unknown>;
};

/** Why `GET url` is no sign of health; undefined when it is one. Any answer below 500 comes from something that lives. */
export const unreachable = async (url: string): Promise<string | undefined> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(HEALTH_MS), redirect: 'manual' });
    return answer.status < 500 ? undefined : `answers ${answer.status}`;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') return 'does not answer';
    return 'is not reachable';
  }
};

type Settings = { say: (line: string) => void; log: (part: string, line: string) => void };

/** The parts that have been started, in the order in which they were. */
export const createParts = ({ say, log }: Settings) => {
  const started: Required<Part>[] = [];
  return {
    add: (part: Part): void => {
      const now = Date.now();
      started.push({ startedAt: () => now, ...part });
      say(`${part.name.padEnd(12)} ${part.address}`);
    },
    health: async (): Promise<ServiceHealth[]> =>
      Promise.all(
        started.map(async ({ name, address, version, startedAt, unhealthy }) => {
          const because = await unhealthy();
          return {
            name,
            address,
            version,
            healthy: because === undefined,
            ...(because === undefined ? {} : { because }),
            uptimeSeconds: Math.floor((Date.now() - startedAt()) / 1_000),
          };
        }),
      ),
    /** Ends all in reverse: what needs a part ends before it. One that fails keeps none of the others. */
    stop: async (): Promise<void> => {
      for (const part of started.splice(0).reverse())
        await part
          .close()
          .catch((cause: unknown) =>
            log(part.name, `did not stop cleanly: ${cause instanceof Error ? cause.message : String(cause)}`),
          );
    },
  };
};

export type Parts = ReturnType<typeof createParts>;
