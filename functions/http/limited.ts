import { createMiddleware } from 'hono/factory';
import type { Rate, Taken } from '#store/limits';
import { clientAddress } from './address.ts';
import { Refusal } from './refusal.ts';
import type { RoomEnv } from './caller.ts';

/**
 * How often one person (or, not signed in, one address) may do a thing: a burst for who catches up or retries, then a pace that
 * no person keeps up but a script does. Every route that is no mere reading has one of these, and so has search, which reads much for each answer (`http/rates.test.ts`); what a
 * socket may say has its own beside its messages (`realtime/handlers.ts`), and readings are held back by API Gateway.
 */
export const RATES = {
  /** A whole office may be behind one address, and every one of its sockets needs a ticket. */
  ticket: { burst: 120, everyMs: 500 },
  /** One in 15 s of each viewer; a whole office may be behind one address. */
  beat: { burst: 300, everyMs: 50 },
  /** The rate of a person who writes is the chat's own (`shows/chat-permission.ts`), with a sentence that tells how long to wait. */
  chat: { burst: 60, everyMs: 1_000 },
  react: { burst: 60, everyMs: 200 },
  moderate: { burst: 120, everyMs: 1_000 },
  /** Whoever reads back through a chat reports several messages of it. */
  report: { burst: 20, everyMs: 30_000 },
  create: { burst: 120, everyMs: 30_000 },
  post: { burst: 120, everyMs: 10_000 },
  /** Each may bring 200 MB, which stay a day. */
  upload: { burst: 30, everyMs: 60_000 },
  comment: { burst: 120, everyMs: 2_000 },
  like: { burst: 300, everyMs: 500 },
  follow: { burst: 300, everyMs: 1_000 },
  profile: { burst: 120, everyMs: 5_000 },
  /** Changes of a show that is there, which may call Mux and push. */
  edit: { burst: 60, everyMs: 10_000 },
  /** Mux makes each of them, and sends away whoever came in with the one before. */
  encoderKey: { burst: 10, everyMs: 60_000 },
  /** A link for guests takes the place of the one before. */
  invite: { burst: 20, everyMs: 30_000 },
  /** Who comes by such a link, and comes again after each loss of the network; a whole office may be behind one address. */
  guest: { burst: 60, everyMs: 2_000 },
  end: { burst: 60, everyMs: 5_000 },
  remove: { burst: 120, everyMs: 2_000 },
  /** One at each pause in typing. A whole office may be behind one address. */
  search: { burst: 120, everyMs: 500 },
  /** What one does to one's account as a whole: becoming a creator, signing out everywhere, deleting it. */
  account: { burst: 30, everyMs: 60_000 },
} as const satisfies Record<string, Rate>;
export type Limited = keyof typeof RATES;

type Parts = {
  limits: { take(what: string, who: string, rate: Rate, now: number): Promise<Taken> };
  clock: () => Date;
  trustedHops: number;
  /** @default RATES */
  rates?: Record<Limited, Rate>;
};

/** Makes `limited('post')`: a middleware that refuses who does it too often. Stands behind `identified`. */
export const createLimited =
  ({ limits, clock, trustedHops, rates = RATES }: Parts) =>
  (what: Limited) =>
    createMiddleware<RoomEnv>(async (c, next) => {
      const who = c.get('user')?.userId ?? clientAddress(c, trustedHops);
      const taken = await limits.take(what, who, rates[what], clock().getTime());
      if (!taken.allowed)
        throw new Refusal('too-many-requests', 'That is too often. Wait a little.', {
          headers: { 'Retry-After': String(Math.ceil(taken.retryAfterMs / 1000)) },
        });
      await next();
    });
export type LimitedMiddleware = ReturnType<typeof createLimited>;
