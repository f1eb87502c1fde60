import type { ReactionCounts } from '#contract/chat';
import type { StreamHealth } from '#contract/http';
import type { SingleMessage } from '#contract/realtime';
import type { ChatEntry } from '#domain/chat';
import type { StreamId } from '#domain/ids';
import { PRESENCE, samplingFor } from '#domain/presence';
import { isLiveToViewers, isOnAir, type Stream } from '#domain/stream';
import type { ChatStore } from '#store/chat';
import type { Connection, ConnectionStore } from '#store/connections';
import type { DeliveryStore } from '#store/deliveries';
import type { Figures, FiguresStore } from '#store/figures';
import type { PresenceStore } from '#store/presence';
import { batches } from './batches.ts';
import type { Chat } from './chat.ts';
import { DELIVERY } from './delivery-times.ts';
import { crowdedFor } from './mode.ts';
import { createNumbered, type Numbered } from './numbered.ts';
import type { Publisher } from './publisher.ts';

export type ShiftParts = {
  deliveries: Pick<DeliveryStore, 'renew'>;
  chat: Pick<ChatStore, 'head' | 'between' | 'get' | 'rules' | 'reactions'>;
  chatViews: Pick<Chat, 'views' | 'rulesView'>;
  presence: Pick<PresenceStore, 'count' | 'total'>;
  figures: Pick<FiguresStore, 'ofMany' | 'write' | 'draw'>;
  connections: Pick<ConnectionStore, 'crowd' | 'members'>;
  streams: { get(id: StreamId): Promise<Stream | undefined> };
  /** How a show does, by what feeds it. */
  health: (stream: Stream) => Promise<StreamHealth | undefined>;
  publisher: Pick<Publisher, 'toMembers'>;
  clock: () => Date;
};

/** As many as the store reads at a time. */
const BATCH = 200;

const NOBODY: Figures = { viewers: 0, at: 0, peak: 0, total: 0, oneIn: 1 };

/** One holder's work on one audience, a tick at a time; it begins after the number that was `told` last. */
export const createShift = (
  parts: ShiftParts,
  { id, holder, ...before }: { id: StreamId; holder: string; told: number },
) => {
  const { deliveries, chat, presence, figures, connections, streams, health, publisher, clock } = parts;
  const now = (): number => clock().getTime();
  const numbered = createNumbered(parts);
  const everybody = createMembers({ id, connections, now });
  let { told } = before;
  /** How far the last batch went. */
  let batchedUpTo = told;
  let missingSince: number | undefined;
  let given: ReactionCounts | undefined;
  let newsAt = now();
  let renewedAt = now();
  let countedAt = 0;
  let drawnAt = 0;
  let healthTold: StreamHealth = { level: 'unknown' };
  let counted: Figures | undefined;
  let stream: Stream | undefined;

  const count = async (): Promise<SingleMessage[]> => {
    countedAt = now();
    stream = await streams.get(id);
    const last = counted ?? (await figures.ofMany([id])).get(id) ?? NOBODY;
    const viewers = await presence.count(id, countedAt);
    const total = viewers === 0 && last.viewers === 0 ? last.total : await presence.total(id);
    const sockets = (await connections.crowd(id)).size;
    // while a show is away nobody plays, and all of them wait for it
    const isAway = stream === undefined || !isLiveToViewers(stream);
    const crowded = isAway && last.crowded ? last.crowded : crowdedFor(last.crowded, { viewers, sockets }, countedAt);
    counted = {
      viewers,
      at: countedAt,
      peak: Math.max(last.peak, viewers),
      total: Math.max(total, viewers),
      oneIn: samplingFor(viewers, last.oneIn),
      crowded,
    };
    await figures.write(id, counted);
    if (stream?.startedAt !== undefined && isOnAir(stream) && countedAt - drawnAt >= PRESENCE.curveStepMs) {
      drawnAt = countedAt;
      await figures.draw(id, { afterMs: countedAt - stream.startedAt, viewers, told });
    }
    return [
      ...(viewers === last.viewers ? [] : [{ type: 'viewers' as const, streamId: id, count: viewers }]),
      ...(crowded && !last.crowded ? [{ type: 'mode' as const, streamId: id, mode: 'poll' as const }] : []),
    ];
  };

  /** How far all is there, or has been waited for long enough. */
  const reach = (entries: readonly ChatEntry[], head: number): number => {
    const waited = missingSince !== undefined && now() - missingSince >= DELIVERY.missingMs;
    const { upTo, missing } = reached(entries, { told, head, waited });
    missingSince = upTo < head && missing ? (missingSince ?? now()) : undefined;
    return upTo;
  };

  /** What was said and done since, in its order, each once. False where another has the lease. */
  const news = async (): Promise<Numbered[] | false> => {
    const head = await chat.head(id);
    if (head <= told) return [];
    const entries = await chat.between(id, told + 1, head);
    const upTo = reach(entries, head);
    if (upTo === told) return [];
    const from = told + 1;
    // from here on nobody writes below: what is read after it is all that there is
    if (!(await deliveries.renew(id, holder, { until: now() + DELIVERY.leaseMs, told: upTo }))) return false;
    renewedAt = now();
    told = upTo;
    stream ??= await streams.get(id);
    if (!stream) return [];
    const whole = entries.length === upTo - from + 1 ? entries : await chat.between(id, from, upTo);
    return numbered(
      stream,
      whole.filter(({ seq }) => seq <= upTo),
    );
  };

  const reactions = async (): Promise<SingleMessage[]> => {
    const all = await chat.reactions(id);
    const more = since(given ?? all, all);
    given = all;
    return Object.values(more).some((many) => many > 0) ? [{ type: 'reactions', streamId: id, given: more }] : [];
  };

  /** Says so once more to who is still told: they were not reached in time, or have come beside it. */
  const sendToAskAgain = async (): Promise<void> => {
    const late = (await everybody()).filter(({ userId }) => userId !== stream?.creatorId);
    if (late.length > 0) await publisher.toMembers(late, { type: 'mode', streamId: id, mode: 'poll' });
  };

  /** Tells whose show it is how it does: they may look at it from another device than sends it. */
  const tellHealth = async (): Promise<void> => {
    if (!stream || !isOnAir(stream)) return;
    const { creatorId } = stream;
    const theirs = (await everybody()).filter(({ userId }) => userId === creatorId);
    const latest = theirs.length > 0 ? await health(stream) : undefined;
    if (!latest || (latest.level === healthTold.level && latest.at === healthTold.at)) return;
    healthTold = latest;
    await publisher.toMembers(theirs, { type: 'health', streamId: id, health: latest });
  };

  const isWanted = async (): Promise<boolean> =>
    (counted?.viewers ?? 0) > 0 || (stream !== undefined && isOnAir(stream) && (await connections.crowd(id)).size > 0);

  return {
    /** `lost`: another has the lease. `idle`: nobody is there, and there is nothing to tell. */
    tick: async (): Promise<'on' | 'idle' | 'lost'> => {
      if (now() - renewedAt >= DELIVERY.renewMs) {
        renewedAt = now();
        if (!(await deliveries.renew(id, holder, { until: renewedAt + DELIVERY.leaseMs, told }))) return 'lost';
      }
      const latest = await news();
      if (latest === false) return 'lost';
      const isDue = now() - countedAt >= PRESENCE.countEveryMs;
      const counts = isDue ? await count() : [];
      const sendsToAsk = counts.some(({ type }) => type === 'mode');
      const others = [...(await reactions()), ...counts];
      if (latest.length + others.length > 0) {
        newsAt = now();
        const asks = counted?.crowded && !sendsToAsk;
        const all = await everybody();
        const members = asks ? all.filter(({ userId }) => userId === stream?.creatorId) : all;
        for (const batch of batches(id, latest, others, { after: batchedUpTo, seq: told }))
          await publisher.toMembers(members, batch);
        if (latest.length > 0) batchedUpTo = told;
      }
      if (isDue && counted?.crowded && !sendsToAsk) await sendToAskAgain();
      if (isDue) await tellHealth();
      const lately = missingSince !== undefined || now() - newsAt < DELIVERY.lingerMs;
      return lately || (await isWanted()) ? 'on' : 'idle';
    },

    release: () => deliveries.renew(id, holder, { until: 0, told }),

    /** Whether there is something to do after all: asked once the lease is given back. */
    hasNews: async (): Promise<boolean> =>
      (await chat.head(id)) > told || (await presence.count(id, now())) > 0 || isWanted(),
  };
};

type MemberParts = { id: StreamId; connections: ShiftParts['connections']; now: () => number };

/** Who is in an audience, read anew when somebody has come or gone, and now and then. */
const createMembers = ({ id, connections, now }: MemberParts) => {
  let moves = -1;
  let members: { list: Connection[]; at: number } = { list: [], at: 0 };
  return async (): Promise<Connection[]> => {
    const latest = await connections.crowd(id);
    if (latest.moves !== moves || now() - members.at > DELIVERY.membersKeptMs) {
      const list: Connection[] = [];
      for await (const some of connections.members(id, now())) list.push(...some);
      members = { list, at: now() };
    }
    ({ moves } = latest);
    return members.list;
  };
};

/**
 * How far what comes after `told` goes without a gap; `waited` goes past gaps, which nobody fills any more.
 *
 * @param head the last number that was given out
 */
const reached = (
  entries: readonly ChatEntry[],
  { told, head, waited }: { told: number; head: number; waited: boolean },
): { upTo: number; missing: boolean } => {
  let upTo = told;
  let missing = false;
  for (const { seq } of entries) {
    missing ||= seq !== upTo + 1;
    if (missing && !waited) break;
    upTo = seq;
  }
  missing ||= upTo < head && entries.length < BATCH;
  if (missing && waited && entries.length < BATCH) upTo = head;
  return { upTo, missing };
};

/** What was given since the count was `known`. */
const since = (known: ReactionCounts, all: ReactionCounts): ReactionCounts => ({
  heart: all.heart - known.heart,
  clap: all.clap - known.clap,
  laugh: all.laugh - known.laugh,
  wow: all.wow - known.wow,
  fire: all.fire - known.fire,
});
