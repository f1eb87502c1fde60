import { Hono } from 'hono';
import { CreateSimulcastTarget, type SimulcastTargetView } from '#contract/http';
import { SIMULCAST_TARGETS, type SimulcastTarget } from '#domain/channel';
import type { UserId } from '#domain/ids';
import { isOnAir } from '#domain/stream';
import type { ChannelStore } from '#store/channels';
import type { StreamStore } from '#store/streams';
import { requireCreator, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { LiveVideo } from '../video/live-video.ts';
import type { Channels } from '../shows/channels.ts';

export type SimulcastParts = {
  limited: LimitedMiddleware;
  streams: Pick<StreamStore, 'get' | 'onAir'>;
  channels: Pick<Channels, 'ready'>;
  channelStore: Pick<ChannelStore, 'get' | 'simulcast'>;
  video: Pick<LiveVideo, 'addTarget' | 'removeTarget'>;
  newKey: () => string;
};

/**
 * Where a creator's public shows are sent besides. A key goes straight to Mux and is kept nowhere here. Mux takes a change only
 * while the live stream is idle, and a show for followers is nobody else's.
 */
export const createSimulcastRoutes = ({ limited, streams, channels, channelStore, video, newKey }: SimulcastParts) => {
  const requireIdle = async (creatorId: UserId): Promise<void> => {
    const id = await streams.onAir(creatorId);
    const stream = id && (await streams.get(id));
    if (stream && isOnAir(stream))
      throw new Refusal('stream-live', 'This can be changed while you are not on the air.', {
        details: { streamId: stream.id },
      });
  };

  return new Hono<RoomEnv>()
    .get('/stream/simulcast', async (c) => {
      const { live } = await channelStore.get(requireCreator(c).userId, 'public');
      return c.json({ items: (live?.simulcast ?? []).map(toView) });
    })

    .post('/stream/simulcast', signedIn, limited('create'), body(CreateSimulcastTarget), async (c) => {
      const { userId } = requireCreator(c);
      const { name, url, streamKey } = c.req.valid('json');
      await requireIdle(userId);
      const known = await channelStore.get(userId, 'public');
      const channel = await channels.ready(userId, 'public', known.live ?? { latency: 'standard' });
      if ((channel.live.simulcast ?? []).length >= SIMULCAST_TARGETS) throw tooMany();
      const { id } = await video.addTarget(channel.live.id, { url, streamKey, reference: newKey() });
      const target = { id, name, url };
      const kept = await channelStore.simulcast(channel, (targets) =>
        targets.length < SIMULCAST_TARGETS ? [...targets, target] : targets,
      );
      if (kept.some((one) => one.id === id)) return c.json(toView(target), 201);
      // six others came in the meantime
      await video.removeTarget(channel.live.id, id);
      throw tooMany();
    })

    .delete('/stream/simulcast/:targetId', signedIn, limited('edit'), async (c) => {
      const { userId } = requireCreator(c);
      const channel = await channelStore.get(userId, 'public');
      const target = channel.live?.simulcast?.find(({ id }) => id === c.req.param('targetId'));
      if (channel.live && target) {
        await requireIdle(userId);
        await video.removeTarget(channel.live.id, target.id);
        await channelStore.simulcast({ ...channel, live: channel.live }, (targets) =>
          targets.filter(({ id }) => id !== target.id),
        );
      }
      return c.body(null, 204);
    });
};

const toView = ({ id, name, url, status }: SimulcastTarget): SimulcastTargetView => ({
  id,
  name,
  url,
  status: status?.is ?? 'idle',
});

const tooMany = () => new Refusal('conflict', `A show can be sent to ${SIMULCAST_TARGETS} other services.`);
