import { CHANNEL_KINDS } from '#domain/channel';
import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { ChannelStore } from '#store/channels';
import type { ChatStore } from '#store/chat';
import type { ModerationStore } from '#store/moderation';
import type { StreamStore } from '#store/streams';
import type { LiveVideo } from '../video/live-video.ts';
import type { Ending } from './ending.ts';

const PAGE = 25;
/** Of each of those shows. */
const CHAT_PAGE = 50;

type Parts = {
  streams: Pick<StreamStore, 'byCreator' | 'get' | 'remove'>;
  channels: Pick<ChannelStore, 'get' | 'remove'>;
  chat: Pick<ChatStore, 'clearIn'>;
  moderation: Pick<ModerationStore, 'clearBy'>;
  ending: Pick<Ending, 'end' | 'complete'>;
  video: Pick<LiveVideo, 'remove' | 'removeRecording'>;
};

/**
 * Takes away what a creator has shown, a page at a time, recordings at Mux included; at last what they set for their
 * audiences, and the channels. True while there may be
 * more. What fails is tried again: a stream goes only after its recordings, and a channel only after its streams.
 */
export const createRemoveStreams = ({ streams, channels, chat, moderation, ending, video }: Parts) => {
  const removeStream = async (stream: Stream, now: number): Promise<void> => {
    const latest = stream.state === 'ended' ? stream : await ending.end(stream, 'account-deleted');
    // its worker has not let go yet, or somebody else is telling Mux; the next page finds it again
    if (latest.state !== 'ended' || !(await ending.complete((await streams.get(latest.id)) ?? latest))) return;
    await Promise.all(latest.assets.map(({ id }) => video.removeRecording(id)));
    // a page at a time, as all of it; the stream by which the next page is found goes last
    if (await chat.clearIn(latest.id, CHAT_PAGE)) return;
    await streams.remove(latest.id, now);
  };

  return async (creatorId: UserId, now: number): Promise<boolean> => {
    const { items } = await streams.byCreator({ creatorId, begun: false, limit: PAGE, after: undefined });
    if (items.length > 0) {
      await Promise.all(items.map((stream) => removeStream(stream, now)));
      return true;
    }
    if (await moderation.clearBy(creatorId, PAGE)) return true;
    for (const kind of CHANNEL_KINDS) {
      const { live } = await channels.get(creatorId, kind);
      if (live) await video.remove(live.id);
      await channels.remove(creatorId, kind);
    }
    return false;
  };
};
