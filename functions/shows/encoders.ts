import type { EncoderAccess } from '#contract/http';
import { encoderKind } from '#domain/channel';
import type { UserId } from '#domain/ids';
import { type Stream, step, VISIBILITIES, type Visibility } from '#domain/stream';
import type { ChannelStore } from '#store/channels';
import type { EncoderStore } from '#store/encoders';
import type { StreamStore } from '#store/streams';
import type { Log } from '../http/log.ts';
import { Refusal } from '../http/refusal.ts';
import type { LiveVideo } from '../video/live-video.ts';
import type { Channels } from './channels.ts';
import type { Changed, Ending } from './ending.ts';
import { streamEnded, streamNotFound } from './refusals.ts';

type Parts = {
  encoders: EncoderStore;
  streams: Pick<StreamStore, 'get'>;
  channels: Pick<Channels, 'ready'>;
  channelStore: Pick<ChannelStore, 'get' | 'gone' | 'forEncoders'>;
  ending: Pick<Ending, 'clearFor'>;
  video: Pick<LiveVideo, 'open' | 'shut' | 'newKey'>;
  changed: Changed;
  /** Where encoders send: by RTMPS, and by SRT where that is taken. */
  addresses: { rtmps: string; srt: string | undefined };
  log: Log;
  clock: () => Date;
};

/**
 * Shows that an encoder of their creator's own feeds (OBS, a phone's broadcast app), straight into Mux. It has a channel apart from
 * the browser's, whose key its creator knows; Mux takes an encoder there from when a show waits for one to that show's end, so that
 * whatever is recorded is of a show.
 */
export const createEncoders = (parts: Parts) => {
  const { encoders, streams, channels, channelStore, ending, video, changed, addresses, log, clock } = parts;

  /** Notes that the video service has lost a channel, so that the next key makes another; how to answer until then. */
  const noteLost = async (creatorId: UserId, visibility: Visibility): Promise<Refusal> => {
    const channel = await channelStore.get(creatorId, encoderKind(visibility));
    await channelStore.gone(channel, clock().getTime() * 1_000);
    return new Refusal(
      'video-provider-down',
      'The video service does not keep your channel. Try again with a new key.',
    );
  };

  /** It ended while Mux was told to let an encoder in: nobody else would shut it. */
  const shutAgain = async ({ id, creatorId, visibility }: Stream, liveStreamId: string): Promise<void> => {
    const { shows } = await channelStore.get(creatorId, encoderKind(visibility));
    if (shows.at(-1)?.streamId === id) await video.shut(liveStreamId);
  };

  return {
    /**
     * Waits for an encoder, and lets it in. The show has the air already. Told again it does what is left.
     *
     * @param by.signedInAt when who asks for it signed in; undefined where their issuer does not tell
     * @returns the show as it is from then on
     */
    open: async (stream: Stream, { signedInAt }: { signedInAt?: number | undefined }): Promise<Stream> => {
      const { id, creatorId, visibility } = stream;
      if (!stream.encoder) {
        await ending.clearFor(step(stream, { type: 'opened', at: clock().getTime() }));
        await channels.ready(creatorId, encoderKind(visibility), stream);
      }
      const opened = await encoders.open(id, { signedInAt, now: clock().getTime() });
      if (!opened.opened) throw notOpened(opened.because);
      const { change, liveStreamId } = opened;
      if (change.after !== change.before) {
        log.info('stream waits for an encoder', { streamId: id });
        await changed(change);
      }
      if ((await video.open(liveStreamId)) === 'gone') throw await noteLost(creatorId, visibility);
      const latest = await streams.get(id);
      if (latest && latest.state !== 'ended') return latest;
      await shutAgain(stream, liveStreamId);
      throw notOpened('ended');
    },

    /** How an encoder gets in, with a key that nobody has seen before: the one before is good for nothing from now on. */
    newKey: async (creatorId: UserId, visibility: Visibility): Promise<EncoderAccess> => {
      const kind = encoderKind(visibility);
      const known = await channelStore.get(creatorId, kind);
      const { live } = await channels.ready(creatorId, kind, known.live ?? { latency: 'standard' });
      if (live.takes === undefined) {
        // just made, and no show is there for it yet
        await channelStore.forEncoders({ creatorId, kind }, live.id, { restsAt: clock().getTime() });
        await video.shut(live.id);
      }
      const key = await video.newKey(live.id);
      if (!key) throw await noteLost(creatorId, visibility);
      await channelStore.forEncoders({ creatorId, kind }, live.id, { keyShownAt: clock().getTime() });
      log.info('encoder key made', { creatorId, kind });
      const { rtmps, srt } = addresses;
      return {
        visibility,
        rtmpsUrl: rtmps,
        streamKey: key.streamKey,
        ...(srt !== undefined &&
          key.srtPassphrase !== undefined && { srtUrl: srtUrl(srt, key.streamKey, key.srtPassphrase) }),
      };
    },

    /** What there is without a key: the address, and which keys have been made. */
    about: async (creatorId: UserId) => {
      const kinds = VISIBILITIES.map(async (visibility) => {
        const { live } = await channelStore.get(creatorId, encoderKind(visibility));
        const at = live?.takes?.is === 'deleted' ? undefined : live?.keyShownAt;
        return at === undefined ? [] : [{ visibility, madeAt: new Date(at).toISOString() }];
      });
      return { rtmpsUrl: addresses.rtmps, keys: (await Promise.all(kinds)).flat() };
    },
  };
};
export type Encoders = ReturnType<typeof createEncoders>;

/** SRT has one address for all: the key and the passphrase are in it. */
const srtUrl = (address: string, streamKey: string, passphrase: string): string =>
  `${address}?${new URLSearchParams({ streamid: streamKey, passphrase }).toString()}`;

const notOpened = (because: 'unknown' | 'ended' | 'fed' | 'held' | 'signed-out'): Refusal => {
  switch (because) {
    case 'ended':
      return streamEnded();
    case 'fed':
      return new Refusal('stream-live', 'This show is sent from a browser.');
    case 'signed-out':
      return new Refusal('not-signed-in', 'You have signed out everywhere. Sign in again.');
    case 'held':
      return new Refusal('video-provider-busy', 'Your last show is still being closed. Try again in a moment.');
    default:
      return streamNotFound();
  }
};
