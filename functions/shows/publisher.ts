import type { ServerMessage } from '#contract/realtime';
import type { StreamId } from '#domain/ids';
import type { Connection, ConnectionStore } from '#store/connections';
import type { Rate, Taken } from '#store/limits';
import type { Log } from '../http/log.ts';
import type { Sockets } from './sockets.ts';

/** How many sockets are told at a time, and for how long at most: who is not told by then asks. */
export const PUSH = { atOnce: 64, budgetMs: 6_000 } as const;

/**
 * How many posts to sockets all audiences have together: API Gateway has one rate for them and for the HTTP API, 10,000 a second and
 * account, of which 4,000 are for this. Taken in blocks, so that a post costs no write of its own.
 */
export const POSTS = { block: 200, rate: { burst: 20, everyMs: 50 } satisfies Rate } as const;

type Parts = {
  /** Undefined where there is no WebSocket API: then nobody is connected. */
  sockets: Sockets | undefined;
  connections: Pick<ConnectionStore, 'closed' | 'members'>;
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  log: Log;
  clock: () => Date;
  wait: (ms: number) => Promise<void>;
};

/**
 * What the rooms say to open sockets. API Gateway is one way to say it; `infra/decisions/one-holder-delivers.md` says at what size
 * another takes its place.
 */
export type Publisher = {
  toAudience(id: StreamId, message: ServerMessage): Promise<void>;
  toMembers(members: readonly Pick<Connection, 'connectionId'>[], message: ServerMessage): Promise<void>;
};

/** Says things to sockets. Never throws: a push is a hint, and who misses it gets the same answer by asking. */
export const createPublisher = ({ sockets, connections, limits, log, clock, wait }: Parts): Publisher => {
  const now = (): number => clock().getTime();
  /** Of the block that was taken last. */
  const posts = { left: 0 };

  let refill: Promise<boolean> | undefined;
  /** Takes the next block, once however many wait for it; false where there is none until then. */
  const another = async (until: number): Promise<boolean> => {
    for (;;) {
      const taken = await limits.take('push', 'all', POSTS.rate, now());
      if (taken.allowed) break;
      if (now() + taken.retryAfterMs > until) return false;
      await wait(taken.retryAfterMs);
    }
    posts.left += POSTS.block;
    return true;
  };
  const takeBlock = (until: number): Promise<boolean> => {
    refill ??= another(until).finally(() => (refill = undefined));
    return refill;
  };
  const mayPost = async (until: number): Promise<boolean> => {
    while (posts.left === 0) if (!(await takeBlock(until))) return false;
    posts.left -= 1;
    // in time, so that nobody waits for the table: where it fails, the next who has none left hears of that
    if (posts.left < PUSH.atOnce) takeBlock(until).catch(() => undefined);
    return true;
  };

  const post = async (to: Sockets, connectionId: string, text: string): Promise<void> => {
    try {
      if ((await to.post(connectionId, text)) === 'gone') await connections.closed(connectionId, now());
    } catch (error) {
      log.warn('a push was lost', { connectionId, error });
    }
  };

  /** False where there was no time for all. A pool: a socket that is slow holds up nobody but its own place in it. */
  const toAll = async (
    to: Sockets,
    members: readonly Pick<Connection, 'connectionId'>[],
    text: string,
    until: number,
  ): Promise<boolean> => {
    let next = 0;
    let inTime = true;
    const place = async (): Promise<void> => {
      for (let member = members[next++]; member !== undefined && inTime; member = members[next++]) {
        if (now() > until || !(await mayPost(until))) inTime = false;
        else await post(to, member.connectionId, text);
      }
    };
    await Promise.all(Array.from({ length: Math.min(PUSH.atOnce, members.length) }, place));
    return inTime;
  };

  const told = async (all: AsyncIterable<readonly Pick<Connection, 'connectionId'>[]>, message: ServerMessage) => {
    if (!sockets) return;
    const text = JSON.stringify(message);
    const until = now() + PUSH.budgetMs;
    try {
      for await (const members of all)
        if (!(await toAll(sockets, members, text, until))) {
          log.warn('an audience was too large to be told in time', { message: message.type });
          return;
        }
    } catch (error) {
      log.warn('an audience could not be told', { error });
    }
  };

  return {
    /** To everybody in a stream's audience, as far as the time for it goes. */
    toAudience: (id, message) => told(connections.members(id, now()), message),

    toMembers: (members, message) =>
      told(
        (async function* () {
          yield members;
        })(),
        message,
      ),
  };
};
