import { channelKind, showBefore } from '#domain/channel';
import { awaitsCompletion, type EndReason, freesChannelAt, type Stream } from '#domain/stream';
import type { ChannelStore } from '#store/channels';
import type { Change, StreamStore } from '#store/streams';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import type { LiveVideo } from '../video/live-video.ts';

/** How long a request for the end waits for the worker to close its feed; later the webhook or the sweep goes on. */
export const ENDING = { waitMs: 5_000, lookMs: 250 } as const;

/** How long the beginning of a show waits until the one before it is closed at Mux, which another caller may be at. */
export const CLEARING = { waitMs: 10_000, lookMs: 250 } as const;

/** Hears of every change of a stream that we make: realtime, and the creator's post. */
export type Changed = (change: Change) => Promise<void>;

type Parts = {
  streams: Pick<StreamStore, 'get' | 'requestEnd' | 'happened'>;
  channels: Pick<ChannelStore, 'get' | 'forEncoders'>;
  video: Pick<LiveVideo, 'complete' | 'shut'>;
  changed: Changed;
  log: Log;
  clock: () => Date;
  wait: (ms: number) => Promise<void>;
};

/**
 * Ends shows in order: the worker first, which lets FFmpeg finish and closes its feed; only then Mux, which keeps an encoder's
 * connection for a minute after `complete` and would record anew what still came. Where the encoder is its creator's own, Mux alone.
 */
export const createEnding = ({ streams, channels, video, changed, log, clock, wait }: Parts) => {
  /** An encoder of the creator's own comes again by itself, as soon as it may: it is shut out until there is a show for it. */
  const shut = async (stream: Stream, liveStreamId: string): Promise<void> => {
    const { creatorId } = stream;
    await channels.forEncoders({ creatorId, kind: channelKind(stream) }, liveStreamId, { restsAt: clock().getTime() });
    await video.shut(liveStreamId);
  };

  /**
   * Tells Mux that an ended show is over, so that its recording is closed now; whether Mux knows it by then, from us or from others.
   * One caller at a time tells it, and no show begins on the channel meanwhile: told late, it would end that one's recording.
   */
  const complete = async (stream: Stream): Promise<boolean> => {
    if (!awaitsCompletion(stream)) return true;
    const turn = await streams.happened(stream.id, { type: 'mux-completing', at: clock().getTime() });
    if (!turn || turn.after === turn.before) return !turn || !awaitsCompletion(turn.after);
    try {
      const { live } = await channels.get(stream.creatorId, channelKind(stream));
      if (live && stream.encoder) await shut(stream, live.id);
      else if (live) await video.complete(live.id);
    } catch (error) {
      await streams.happened(stream.id, { type: 'mux-not-completed', at: clock().getTime() });
      throw error;
    }
    await streams.happened(stream.id, { type: 'mux-completed', at: clock().getTime() });
    return true;
  };

  /**
   * Sees to it that the show before has left nothing open on the channel that `next` is to use: Mux would add it to that recording.
   * Throws where that cannot be had in time.
   */
  const clearFor = async (next: Stream): Promise<void> => {
    const until = clock().getTime() + CLEARING.waitMs;
    for (;;) {
      const id = showBefore(await channels.get(next.creatorId, channelKind(next)), next.id);
      const before = id && (await streams.get(id));
      const now = clock().getTime();
      if (!before || (freesChannelAt(before) ?? Infinity) <= now) return;
      if (now >= until)
        throw new Refusal('video-provider-busy', 'Your last show is still being closed. Try again in a moment.');
      const told = awaitsCompletion(before) && (await complete(before));
      if (!told) await wait(CLEARING.lookMs);
    }
  };

  const untilReleased = async (stream: Stream): Promise<Stream> => {
    const until = clock().getTime() + ENDING.waitMs;
    let latest = stream;
    while (latest.state !== 'ended' && clock().getTime() < until) {
      await wait(ENDING.lookMs);
      latest = (await streams.get(stream.id)) ?? latest;
    }
    return latest;
  };

  return {
    complete,
    clearFor,

    /** The stream after its end was asked for: ended, where its worker let go in time. Asking again does no harm. */
    end: async (stream: Stream, because: EndReason): Promise<Stream> => {
      const asked = await streams.requestEnd(stream.id, { type: 'end-requested', at: clock().getTime(), because });
      if (!asked) return stream;
      if (asked.after !== asked.before) {
        log.info('end requested', { streamId: stream.id, because });
        await changed(asked);
      }
      const latest = await untilReleased(asked.after);
      if (latest.state !== 'ended') return latest;
      if (asked.after.state !== 'ended') await changed({ before: asked.after, after: latest });
      await complete(latest).catch((error: unknown) => {
        // the show is over for everybody; the sweep tells Mux again
        log.warn('mux was not told of the end', { streamId: stream.id, error });
      });
      return latest;
    },
  };
};
export type Ending = ReturnType<typeof createEnding>;
