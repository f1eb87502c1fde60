import type { AssetNews } from '#domain/asset';
import type { StreamId } from '#domain/ids';
import { assetsToRemove, awaitedTrim, hasChatToRemove, type Stream, type Visibility } from '#domain/stream';
import { trimPassthrough } from '#domain/trim';
import type { ChatStore } from '#store/chat';
import type { MuxEventStore } from '#store/events';
import type { Change, StreamStore } from '#store/streams';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import { type LiveVideo, VideoFault } from '../video/live-video.ts';
import type { Changed } from './ending.ts';

/** How much of what was said is removed in one call; the sweep goes on with the rest. */
const CHAT_PAGE = 50;
const CHAT_PAGES = 40;

type Parts = {
  streams: Pick<StreamStore, 'happened'>;
  events: Pick<MuxEventStore, 'learn'>;
  video: Pick<LiveVideo, 'removeRecording' | 'openTo' | 'trim'>;
  chat: Pick<ChatStore, 'clearIn'>;
  changed: Changed;
  log: Log;
  clock: () => Date;
};

/**
 * Trims recordings of ended shows, and takes them away, and what was said in them: first for everybody, by a fact of the stream; then at Mux,
 * where the sweep goes on with what could not be had at once. An asset that Mux tells of only later goes as well.
 */
export const createRecordings = ({ streams, events, video, chat, changed, log, clock }: Parts) => {
  /** From now on nobody is given the recording. Undefined where there is no such stream. */
  const withdraw = (id: StreamId): Promise<Change | undefined> =>
    streams.happened(id, { type: 'recording-removed', at: clock().getTime() });

  /** Takes away what was said in the show, as far as one call comes. True where there was something. */
  const purgeChat = async (stream: Stream): Promise<boolean> => {
    if (!hasChatToRemove(stream)) return false;
    for (let pages = 0; pages < CHAT_PAGES; pages++) {
      if (await chat.clearIn(stream.id, CHAT_PAGE)) continue;
      await streams.happened(stream.id, { type: 'chat-removed', at: clock().getTime() });
      break;
    }
    return true;
  };

  /** Deletes what is still at Mux of a recording that was withdrawn, and what was said in its show. True where there was something. */
  const purge = async (stream: Stream): Promise<boolean> => {
    // what is ours first, whatever Mux does
    const said = await purgeChat(stream);
    const assets = assetsToRemove(stream);
    for (const { id, seenAt } of assets) {
      await video.removeRecording(id);
      // Mux tells it too, in microseconds; what it told of the asset before is older than this
      const status = { is: 'deleted', at: clock().getTime() * 1_000 } as const;
      await streams.happened(stream.id, { type: 'mux-told', news: { id, seenAt, status } });
    }
    return said || assets.length > 0;
  };

  return {
    withdraw,
    purge,

    /**
     * Lets the recording of a show that is over be played by these people alone. At Mux first: where that fails the show is as it was
     * to all who read of it, and whoever asks again goes on with what is left.
     */
    openTo: async (stream: Stream, visibility: Visibility): Promise<void> => {
      for (const { id, seenAt, status, playback: before } of stream.assets) {
        if (status?.is !== 'ready') continue;
        const opened = await video.openTo(id, visibility);
        if (!opened) continue;
        // newer than what Mux has told of it, by whatever clock
        const at = Math.max(clock().getTime() * 1_000, (before?.at ?? 0) + 1);
        const playback = { is: opened.playbackId, at };
        await streams.happened(stream.id, { type: 'mux-told', news: { id, seenAt, playback } });
      }
    },

    /**
     * Makes it shorter: from and to in seconds of what people get now. Mux makes another of it, which its webhooks tell of; until then
     * people get what there is.
     */
    trim: async ({ id }: Stream, { from, to }: { from: number; to: number }): Promise<void> => {
      const now = clock().getTime();
      const change = await streams.happened(id, { type: 'trim-asked', at: now, from, to });
      const trim = change && awaitedTrim(change.after);
      if (!trim || change.after === change.before)
        throw new Refusal(
          'conflict',
          'Only a recording that is all there can be trimmed, and not while it is being trimmed.',
        );
      const { visibility, captions, test } = change.after;
      const passthrough = trimPassthrough(id, trim.at);
      let news: AssetNews | undefined;
      try {
        news = await video.trim({ assetId: trim.of, from, to, passthrough, visibility, captions, test });
      } catch (error) {
        // one that may be there all the same is told of by webhooks, or given up by the sweep
        if (!(error instanceof VideoFault && error.doubtful))
          await streams.happened(id, { type: 'trim-lost', at: clock().getTime() });
        throw error;
      }
      if (!news) {
        await streams.happened(id, { type: 'trim-lost', at: clock().getTime() });
        throw new Refusal('recording-gone', 'There is no recording of this show to trim.');
      }
      await events.learn({ on: 'trim', streamId: id, news }, clock().getTime());
      log.info('recording trimmed', { streamId: id, assetId: news.id });
    },

    remove: async (stream: Stream): Promise<void> => {
      const change = await withdraw(stream.id);
      if (!change) return;
      await changed(change);
      log.info('recording removed', { streamId: stream.id });
      await purge(change.after).catch((error: unknown) => {
        // nobody is given it any more; the sweep deletes it
        log.warn('a recording could not be deleted at mux', { streamId: stream.id, error });
      });
    },
  };
};
export type Recordings = ReturnType<typeof createRecordings>;
