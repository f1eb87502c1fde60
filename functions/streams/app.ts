import type { Context } from 'hono';
import { Beat } from '#contract/http';
import { channelKind } from '#domain/channel';
import { parseStreamId } from '#domain/ids';
import type { FiguresStore } from '#store/figures';
import type { StreamStore } from '#store/streams';
import { type Authenticate, identified, requireUser, type RoomEnv, signedIn } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly } from '../http/valid.ts';
import type { Access } from '../shows/access.ts';
import type { Channels } from '../shows/channels.ts';
import type { Ending } from '../shows/ending.ts';
import { type Presence, viewerOf } from '../shows/presence.ts';
import { streamNotFound } from '../shows/refusals.ts';
import type { Addressed } from './addressed.ts';
import { type ChatParts, createChatRoutes } from './chat.ts';
import { createEditRoutes, type EditParts } from './editing.ts';
import { createEncoderRoutes, type EncoderParts } from './encoder.ts';
import { createGuestRoutes, type GuestParts } from './guests.ts';
import { createListRoutes, type ListParts } from './lists.ts';
import { requireMayTakeDown } from './permission.ts';
import { createRecordingRoutes, type RecordingParts } from './recording.ts';
import { createSimulcastRoutes, type SimulcastParts } from './simulcast.ts';
import { createStartRoutes, type StartParts } from './starting.ts';
import { createThumbnailRoutes, type ThumbnailParts } from './thumbnail.ts';
import type { StreamViews } from '../shows/views.ts';

type Parts = RoomParts &
  StartParts &
  EditParts &
  ThumbnailParts &
  SimulcastParts &
  EncoderParts &
  GuestParts &
  ChatParts &
  ListParts &
  RecordingParts & {
    authenticate: Authenticate;
    streams: StreamStore;
    channels: Channels;
    ending: Ending;
    views: StreamViews;
    access: Access;
    presence: Presence;
    figures: Pick<FiguresStore, 'curve' | 'ofMany'>;
    /** Where a request comes from. */
    addressOf: (c: Context<RoomEnv>) => string;
  };

/** The streams room: shows are made, fed, watched and ended here. */
export const createStreamsApp = (parts: Parts) => {
  const { authenticate, limited, streams, channels, ending, views, access, presence, figures, addressOf } = parts;
  const room = createRoom(parts);

  const find: Addressed['find'] = async (c) => {
    const id = parseStreamId(c.req.param('id') ?? '');
    const stream = id && (await streams.get(id));
    if (!stream) throw streamNotFound();
    return stream;
  };

  const watchable: Addressed['watchable'] = async (c) => {
    const stream = await find(c);
    await access.requireWatch(stream, c.get('user'), async () => (await views.view(stream))?.creator);
    return stream;
  };

  const own: Addressed['own'] = async (c) => {
    const caller = requireUser(c);
    const stream = await find(c);
    if (stream.creatorId !== caller.userId) throw new Refusal('not-allowed', 'This is somebody else’s show.');
    return { stream, caller };
  };

  const viewFor: Addressed['viewFor'] = async (stream, caller) => {
    const view = await views.view(stream);
    if (!view) throw streamNotFound();
    return caller?.userId === stream.creatorId ? views.forCreator(stream, view) : view;
  };

  /** The channel of a show that has just got the air: as it needs it, and with nothing of the show before open on it. */
  const prepareChannel: Addressed['prepareChannel'] = async (stream) => {
    await ending.clearFor(stream);
    await channels.ready(stream.creatorId, channelKind(stream), stream);
  };

  return room
    .use(identified(authenticate))
    .use(jsonOnly)

    .route('/', createListRoutes(parts))

    .route('/', createStartRoutes({ ...parts, own, viewFor, prepareChannel }))

    .route('/', createEditRoutes({ ...parts, own, viewFor, prepareChannel }))

    .route('/', createThumbnailRoutes({ ...parts, find, own, viewFor }))

    .route('/', createSimulcastRoutes(parts))

    .route('/', createEncoderRoutes(parts))

    .route('/', createGuestRoutes({ ...parts, own }))

    .route('/', createChatRoutes({ ...parts, watchable }))

    .get('/stream/:id', async (c) => c.json(await viewFor(await watchable(c), c.get('user'))))

    .get('/stream/:id/live', async (c) => {
      const stream = await watchable(c);
      const cache = stream.visibility === 'public' ? 'public, max-age=2, s-maxage=2' : 'private, max-age=2';
      return c.json(await views.live(stream), 200, { 'Cache-Control': cache, Vary: 'Origin' });
    })

    .post('/stream/:id/beats', limited('beat'), body(Beat), async (c) => {
      const { at, browser } = c.req.valid('json');
      const caller = c.get('user');
      // whoever says nothing of their browser is one with all of their address
      const viewer = viewerOf(caller?.userId, browser, `at_${addressOf(c)}`);
      await presence.beat(await find(c), { viewer, caller }, at);
      return c.body(null, 204);
    })

    .get('/stream/:id/curve', signedIn, async (c) => {
      const { stream } = await own(c);
      const points = await figures.curve(stream.id);
      return c.json({ items: points.map(({ afterMs, viewers }) => ({ atSeconds: afterMs / 1_000, viewers })) });
    })

    .post('/stream/:id/end', signedIn, limited('end'), async (c) => {
      const caller = requireUser(c);
      const stream = await find(c);
      requireMayTakeDown(caller, stream);
      const theirs = stream.creatorId === caller.userId;
      const ended = stream.state === 'ended' ? stream : await ending.end(stream, theirs ? 'finished' : 'moderated');
      return c.json(await viewFor(ended, caller));
    })

    .route('/', createRecordingRoutes({ ...parts, find, watchable, own }));
};
