import type { StreamId, UserId } from '#domain/ids';
import { PUSH_LIMITS, RECIPIENTS_A_TASK, type Recipients } from '#domain/push';
import { isLiveToViewers, type Stream } from '#domain/stream';
import type { Person } from '#domain/user';
import type { PushStore } from '#store/pushes';
import type { StreamStore } from '#store/streams';
import type { Log } from '../http/log.ts';
import type { PushSender } from './push-sender.ts';
import type { Tasks } from '#store/tasks';

type Parts = {
  streams: Pick<StreamStore, 'get' | 'byCreator'>;
  pushes: Pick<PushStore, 'begin' | 'reached' | 'listeners' | 'subscriptions' | 'unsubscribe'>;
  people: { findMany(ids: readonly UserId[]): Promise<Map<UserId, Person>> };
  isKeptOut: (creator: UserId, id: UserId) => Promise<boolean>;
  /** Undefined where there is no key to sign with: then nobody is told. */
  sender: PushSender | undefined;
  tasks: Tasks;
  log: Log;
  clock: () => Date;
};

/** A task hands over before its queue takes it for dead. */
const SHIFT_MS = 40_000;
const LEASE_MS = 90_000;
const AT_ONCE = 16;
const ATTEMPTS = 4;
/** How many of a creator's latest shows are looked at for one that the new show goes on with. */
const LATEST = 5;

/**
 * Tells by Web Push that a show has begun: once a show, whoever has asked for it. One task walks through them and hands each hundred
 * to another, so that a million are as many tasks, done side by side.
 */
export const createNotices = (parts: Parts) => {
  const { streams, pushes, people, isKeptOut, sender, tasks, log, clock } = parts;
  const now = (): number => clock().getTime();

  /** A creator who has just been live goes on after a break: whoever wanted to know does. */
  const goesOn = async (stream: Stream): Promise<boolean> => {
    const { items } = await streams.byCreator({
      creatorId: stream.creatorId,
      begun: true,
      limit: LATEST,
      after: undefined,
    });
    const since = (stream.startedAt ?? stream.createdAt) - PUSH_LIMITS.breakMs;
    return items.some(
      ({ id, test, visibility, startedAt, endedAt }) =>
        id !== stream.id &&
        !test &&
        startedAt !== undefined &&
        startedAt < (stream.startedAt ?? 0) &&
        (endedAt ?? 0) > since &&
        // who was told of a show for followers is who is told of any
        (visibility === stream.visibility || visibility === 'public'),
    );
  };

  const isNews = (stream: Stream): boolean =>
    !stream.test && isLiveToViewers(stream) && now() - (stream.startedAt ?? 0) < PUSH_LIMITS.staleMs;

  /** Walks through who is to be told, from where it had come to, and hands them on. */
  const begin = async (id: StreamId): Promise<void> => {
    const stream = await streams.get(id);
    if (!sender || !stream || !isNews(stream)) return;
    const from = await pushes.begin(id, now(), now() + LEASE_MS);
    if (!from) return;
    if (from.after === undefined && (await goesOn(stream))) return pushes.reached(id, undefined, now());
    const until = now() + SHIFT_MS;
    let { after } = from;
    do {
      const page = await pushes.listeners(stream.creatorId, { limit: RECIPIENTS_A_TASK, after });
      if (page.listeners.length > 0) await tasks.send({ do: 'notify', streamId: id, to: page.listeners, attempt: 1 });
      after = page.next;
      // what is left is another task's, which may take it up at once
      const handOver = after !== undefined && now() > until;
      await pushes.reached(id, after, handOver ? 0 : now() + LEASE_MS);
      if (handOver) return tasks.send({ do: 'notify-all', streamId: id });
    } while (after !== undefined);
  };

  /** Tells some of them; who could not be told for now is tried again by another task. */
  const notify = async (id: StreamId, { to, only, attempt }: Recipients): Promise<void> => {
    const stream = await streams.get(id);
    if (!sender || !stream || !isNews(stream)) return;
    const creator = (await people.findMany([stream.creatorId])).get(stream.creatorId);
    if (!creator) return;
    const notice = { kind: 'live', streamId: id, creator: creator.name, title: stream.title } as const;
    const toRetry: { userId: UserId; id: string; afterMs: number }[] = [];
    let sent = 0;

    const tell = async (userId: UserId): Promise<void> => {
      if (await isKeptOut(stream.creatorId, userId)) return;
      for (const subscription of await pushes.subscriptions(userId)) {
        if (only && !only.includes(subscription.id)) continue;
        const outcome = await sender.send(subscription, notice);
        if (outcome.sent) sent += 1;
        else if (outcome.because === 'gone') await pushes.unsubscribe(userId, subscription.id);
        else if (outcome.because === 'busy') toRetry.push({ userId, id: subscription.id, afterMs: outcome.afterMs });
        else log.warn('a notice was refused', { streamId: id, subscription: subscription.id });
      }
    };

    let next = 0;
    const tellInTurn = async (): Promise<void> => {
      for (let userId = to[next++]; userId !== undefined; userId = to[next++]) await tell(userId);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, to.length) }, tellInTurn));

    if (toRetry.length > 0 && attempt < ATTEMPTS) {
      const delayMs = Math.max(...toRetry.map(({ afterMs }) => afterMs)) * 2 ** (attempt - 1);
      await tasks.send(
        {
          do: 'notify',
          streamId: id,
          to: [...new Set(toRetry.map(({ userId }) => userId))],
          only: toRetry.map(({ id: subscription }) => subscription),
          attempt: attempt + 1,
        },
        { delayMs },
      );
    } else if (toRetry.length > 0) log.warn('notices were given up', { streamId: id, count: toRetry.length });
    log.info('notices were sent', { streamId: id, sent });
  };

  return { begin, notify };
};
