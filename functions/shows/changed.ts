import type { Stream } from '#domain/stream';
import type { Changed } from './ending.ts';

type Parts = {
  announce: Changed;
  /** Posts a show once it can be watched; however often it is told, once. */
  publishLive: (stream: Stream, now: number) => Promise<unknown>;
  clock: () => Date;
};

/**
 * What a change of a stream brings about: its post, which must not be lost and so may throw, and the push, which may be. A change
 * that is told again (`before` is `after`) posts again what a fault may have kept from being posted.
 */
export const createChanged =
  ({ announce, publishLive, clock }: Parts): Changed =>
  async (change) => {
    const { before, after } = change;
    if (after.startedAt !== undefined && (before.startedAt === undefined || before === after))
      await publishLive(after, clock().getTime());
    await announce(change);
  };
