import type { AssetNews } from '#domain/asset';
import { channelKind } from '#domain/channel';
import type { StreamId } from '#domain/ids';
import {
  awaitedTrim,
  awaitsCompletion,
  awaitsRecording,
  dueAt,
  isCompleting,
  isHeld,
  isOnAir,
  isWaitedFor,
  type Stream,
  type StreamEvent,
} from '#domain/stream';
import { STREAM_LIMITS } from '#domain/stream-limits';
import { type Trim, TRIM_LIMITS } from '#domain/trim';
import type { ChannelStore } from '#store/channels';
import type { Position } from '#store/dynamo';
import type { MuxEventStore } from '#store/events';
import type { LeaseStore } from '#store/leases';
import type { Change, StreamStore } from '#store/streams';
import type { Log } from '../http/log.ts';
import type { LiveVideo } from '../video/live-video.ts';
import type { Changed, Ending } from '../shows/ending.ts';
import type { Recordings } from '../shows/recordings.ts';

/** Streams looked at side by side. */
const AT_ONCE = 8;

type Parts = {
  streams: Pick<StreamStore, 'due' | 'dueShards' | 'happened' | 'requestEnd'>;
  leases: Pick<LeaseStore, 'lapse'>;
  channels: Pick<ChannelStore, 'get'>;
  events: Pick<MuxEventStore, 'learn'>;
  video: Pick<LiveVideo, 'look' | 'lookAtTrim'>;
  ending: Pick<Ending, 'complete'>;
  recordings: Pick<Recordings, 'purge'>;
  changed: Changed;
  log: Log;
  clock: () => Date;
};

export type Swept = { looked: number; changed: number; failed: number };

/**
 * Settles the streams whose worker or webhooks have gone silent, so that none stays in a state for ever. Runs every few seconds
 * locally and by a scheduled rule in the cloud; two at once do no harm, as every move is guarded by what it has read.
 *
 * | stream | silent is | then |
 * | --- | --- | --- |
 * | created | its creator, for a day | ended, `never-started` |
 * | on the air | its worker: the lease has lapsed | reconnecting |
 * | on the air, no worker | everybody, beyond the reconnect window | ended, `lost-connection` |
 * | on the air, fed | Mux, for 20 s | Mux is asked |
 * | waiting for an encoder | its creator, for three hours | ended, `never-started` |
 * | fed by an encoder, or waiting for one | Mux, for a minute; live, for five | Mux is asked |
 * | ended, recording open | the room that should have told Mux | Mux is told |
 * | ended, recording taken away or trimmed | Mux, of an asset that is still there | it is deleted, and of one taken away so is what was said |
 * | ended, recording being trimmed | Mux, for 5 minutes | Mux is asked; after six hours it is given up |
 * | ended, recording not ready or of no length | Mux, for 5 minutes | Mux is asked; after a day it is given up |
 */
export const createSweep = (parts: Parts) => {
  const { streams, leases, channels, events, video, ending, recordings, changed, log, clock } = parts;
  const tell = async (change: Change | undefined): Promise<boolean> => {
    if (!change || change.after === change.before) return false;
    const { id, state, endedBecause } = change.after;
    log.info('stream settled by the sweep', { streamId: id, from: change.before.state, to: state, endedBecause });
    await changed(change);
    return true;
  };

  const note = async (id: StreamId, event: StreamEvent): Promise<boolean> => tell(await streams.happened(id, event));

  const ask = async (stream: Stream, now: number): Promise<boolean> => {
    await streams.happened(stream.id, { type: 'mux-asked', at: now });
    const { live } = await channels.get(stream.creatorId, channelKind(stream));
    if (!live) return false;
    let moved = false;
    for (const { news: seen, bornAtMs } of await video.look(live.id, now)) {
      const news = stream.encoder ? withoutLink(seen) : seen;
      const change = await events.learn({ on: 'asset', liveStreamId: live.id, news, bornAtMs }, now);
      moved = (await tell(change)) || moved;
    }
    return moved;
  };

  const giveUp = async (stream: Stream, now: number, still: (fresh: Stream) => boolean): Promise<boolean> => {
    const gaveUp = await streams.requestEnd(stream.id, { type: 'gave-up', at: now }, still);
    const moved = await tell(gaveUp);
    if (gaveUp) await ending.complete(gaveUp.after);
    return moved;
  };

  const settleOnAir = async (stream: Stream, now: number): Promise<boolean> => {
    if (stream.encoder) {
      if (isWaitedFor(stream, now)) return ask(stream, now);
      return giveUp(stream, now, (fresh) => !isWaitedFor(fresh, now));
    }
    const lapsed = await leases.lapse(stream.id, now);
    if (lapsed) return tell(lapsed);
    if (isBeyondWindow(stream, now)) return giveUp(stream, now, (fresh) => isBeyondWindow(fresh, now));
    return isUnanswered(stream, now) ? ask(stream, now) : false;
  };

  const settleTrim = async (stream: Stream, trim: Trim, now: number): Promise<boolean> => {
    if (now >= trim.at + TRIM_LIMITS.giveUpMs) {
      log.warn('a trim was never told of', { streamId: stream.id });
      return note(stream.id, { type: 'trim-lost', at: now });
    }
    await streams.happened(stream.id, { type: 'mux-asked', at: now });
    const made = stream.assets.find(({ trimAt }) => trimAt === trim.at);
    const news = made && (await video.lookAtTrim(made.id, now));
    return news ? tell(await events.learn({ on: 'trim', streamId: stream.id, news }, now)) : false;
  };

  const settleEnded = async (stream: Stream, now: number): Promise<boolean> => {
    const since = now - (stream.endedAt ?? now);
    if (awaitsCompletion(stream)) {
      // an encoder of one's own sends on for as long as it is let in: it has to be shut out
      if (stream.encoder || since < STREAM_LIMITS.completeGiveUpMs) return ending.complete(stream);
      // by now Mux has closed it of its own accord: the reconnect window is over
      return isCompleting(stream, now) ? false : note(stream.id, { type: 'mux-completed', at: now });
    }
    if (await recordings.purge(stream)) return true;
    const trim = awaitedTrim(stream);
    if (trim) return settleTrim(stream, trim, now);
    if (!awaitsRecording(stream)) return false;
    if (since < STREAM_LIMITS.recordingGiveUpMs) return ask(stream, now);
    log.warn('a recording was never told of whole', { streamId: stream.id });
    return note(stream.id, { type: 'recording-lost', at: now });
  };

  const settle = async (stream: Stream, now: number): Promise<boolean> => {
    if (isOnAir(stream)) return settleOnAir(stream, now);
    if (stream.state === 'ended') return settleEnded(stream, now);
    const isDue = (fresh: Stream): boolean => fresh.state === 'created' && (dueAt(fresh) ?? Infinity) <= now;
    return tell(await streams.requestEnd(stream.id, { type: 'gave-up', at: now }, isDue));
  };

  return async (): Promise<Swept> => {
    const now = clock().getTime();
    const swept: Swept = { looked: 0, changed: 0, failed: 0 };
    const look = async (stream: Stream): Promise<void> => {
      swept.looked++;
      try {
        if (await settle(stream, now)) swept.changed++;
      } catch (error) {
        swept.failed++;
        log.warn('a stream could not be settled; the next sweep tries again', { streamId: stream.id, error });
      }
    };
    for (let shard = 0; shard < streams.dueShards; shard++) {
      let after: Position | undefined;
      do {
        const page = await streams.due(shard, now, after);
        for (let from = 0; from < page.items.length; from += AT_ONCE)
          await Promise.all(page.items.slice(from, from + AT_ONCE).map(look));
        after = page.next;
      } while (after);
    }
    return swept;
  };
};

/**
 * Mux's answer does not tell whether an encoder is away just now, in its reconnect window: that it once was in is all that it says
 * of that, and webhooks say the rest.
 */
const withoutLink = (news: AssetNews): AssetNews => {
  const { link, ...others } = news;
  return link ? { ...others, link: { ...link, at: news.seenAt } } : news;
};

const isBeyondWindow = (stream: Stream, now: number): boolean => {
  const windowMs = STREAM_LIMITS.reconnectWindowSeconds[stream.latency] * 1_000 + STREAM_LIMITS.giveUpGraceMs;
  return isOnAir(stream) && stream.feed?.lostAt !== undefined && stream.feed.lostAt + windowMs <= now;
};

/** A worker feeds it, and Mux has not said for long that it plays. */
const isUnanswered = (stream: Stream, now: number): boolean =>
  isHeld(stream) &&
  stream.state !== 'live' &&
  stream.feed?.is !== 'reconnecting' &&
  Math.max(stream.feed?.at ?? now, stream.askedAt ?? 0) + STREAM_LIMITS.muxSilentMs <= now;
