import type { Context } from 'hono';
import { Beat, type Ingest } from '#contract/http';
import { CreateStream, SHOW_LIMITS, UpdateStream } from '#contract/show';
import { channelKind } from '#domain/channel';
import { parseStreamId, type StreamId } from '#domain/ids';
import { isKept, isOnAir, isOver, newStream, recording, type Stream, type StreamEdit } from '#domain/stream';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { FiguresStore } from '#store/figures';
import type { IngestKeys } from '#store/ingest-keys';
import type { StreamStore } from '#store/streams';
import {
  type Authenticate,
  type Caller,
  identified,
  requireCreator,
  requireUser,
  type RoomEnv,
  signedIn,
  unsuspended,
} from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly } from '../http/valid.ts';
import type { Access } from '../shows/access.ts';
import type { Channels } from '../shows/channels.ts';
import type { Eviction } from '../shows/eviction.ts';
import type { Changed, Ending } from '../shows/ending.ts';
import type { Recordings } from '../shows/recordings.ts';
import { type Presence, viewerOf } from '../shows/presence.ts';
import { type ChatParts, createChatRoutes } from './chat.ts';
import { createEncoderRoutes, type EncoderParts } from './encoder.ts';
import { createGuestRoutes, type GuestParts } from './guests.ts';
import { createListRoutes, type ListParts } from './lists.ts';
import { requireMayTakeDown } from './permission.ts';
import { createRecordingRoutes, type RecordingParts } from './recording.ts';
import { createSimulcastRoutes, type SimulcastParts } from './simulcast.ts';
import type { StreamViews } from '../shows/views.ts';

type Parts = RoomParts &
  SimulcastParts &
  EncoderParts &
  GuestParts &
  ChatParts &
  ListParts &
  RecordingParts & {
    authenticate: Authenticate;
    limited: LimitedMiddleware;
    streams: StreamStore;
    channels: Channels;
    keys: IngestKeys;
    ending: Ending;
    recordings: Pick<Recordings, 'remove' | 'openTo' | 'trim'>;
    views: StreamViews;
    access: Access;
    presence: Presence;
    figures: Pick<FiguresStore, 'curve'>;
    /** Where a request comes from. */
    addressOf: (c: Context<RoomEnv>) => string;
    eviction: Pick<Eviction, 'ofAudience'>;
    changed: Changed;
    clock: () => Date;
    newStreamId: (now: number) => StreamId;
    newKey: () => string;
    /** Where browsers open their ingest sockets. */
    ingestUrl: string;
  };

/** The streams room: shows are made, fed, watched and ended here. */
export const createStreamsApp = (parts: Parts) => {
  const {
    authenticate,
    limited,
    streams,
    channels,
    keys,
    ending,
    encoders,
    recordings,
    views,
    access,
    presence,
    figures,
    addressOf,
    eviction,
    video,
    changed,
  } = parts;
  const { clock, newStreamId, newKey, ingestUrl } = parts;
  const room = createRoom(parts);

  const find = async (c: Context<RoomEnv>): Promise<Stream> => {
    const id = parseStreamId(c.req.param('id') ?? '');
    const stream = id && (await streams.get(id));
    if (!stream) throw streamNotFound();
    return stream;
  };

  const watchable = async (c: Context<RoomEnv>): Promise<Stream> => {
    const stream = await find(c);
    await access.requireWatch(stream, c.get('user'), async () => (await views.view(stream))?.creator);
    return stream;
  };

  const own = async (c: Context<RoomEnv>): Promise<{ stream: Stream; caller: Caller }> => {
    const caller = requireUser(c);
    const stream = await find(c);
    if (stream.creatorId !== caller.userId) throw new Refusal('not-allowed', 'This is somebody else’s show.');
    return { stream, caller };
  };

  const viewFor = async (stream: Stream, caller: Caller | undefined) => {
    const view = await views.view(stream);
    if (!view) throw streamNotFound();
    return caller?.userId === stream.creatorId ? views.forCreator(stream, view) : view;
  };

  const requireSigning = (visibility: Stream['visibility']): void => {
    if (visibility === 'followers' && !video.canSign)
      throw new Refusal('not-allowed', 'Shows for followers only are not set up here.');
  };

  /** The channel of a show that has just got the air: as it needs it, and with nothing of the show before open on it. */
  const prepareChannel = async (stream: Stream): Promise<void> => {
    await ending.clearFor(stream);
    await channels.ready(stream.creatorId, channelKind(stream), stream);
  };

  const issueKey = async (stream: Stream): Promise<Ingest> => {
    const streamKey = newKey();
    const until = clock().getTime() + STREAM_LIMITS.ingestKeyMs;
    await keys.issue(streamKey, { streamId: stream.id, creatorId: stream.creatorId, until });
    return { url: `${ingestUrl}/${streamKey}`, streamKey, expiresAt: new Date(until).toISOString() };
  };

  return room
    .use(identified(authenticate))
    .use(jsonOnly)

    .post('/stream/create', signedIn, limited('create'), unsuspended, body(CreateStream), async (c) => {
      const caller = requireCreator(c);
      const now = clock().getTime();
      const { scheduledFor, source, ...draft } = c.req.valid('json');
      requireSigning(draft.visibility);
      const fresh = newStream({
        ...draft,
        id: newStreamId(now),
        creatorId: caller.userId,
        createdAt: now,
        scheduledFor: scheduledFor === undefined ? undefined : parseAhead(scheduledFor, now),
      });
      if (fresh.scheduledFor !== undefined) {
        await streams.announce(fresh);
        return c.json({ stream: await viewFor(fresh, caller) }, 201);
      }
      const prepared = await streams.prepare({ creatorId: caller.userId, draft, fresh });
      if (!prepared.prepared) throw alreadyLive(prepared.onAir);
      if (source === 'encoder')
        return c.json({ stream: await viewFor(await encoders.open(prepared.stream), caller) }, 201);
      await prepareChannel(prepared.stream);
      const ingest = await issueKey(prepared.stream);
      return c.json({ stream: await viewFor(prepared.stream, caller), ingest }, 201);
    })

    .route('/', createListRoutes(parts))

    .route('/', createSimulcastRoutes(parts))

    .route('/', createEncoderRoutes(parts))

    .route('/', createGuestRoutes({ ...parts, own }))

    .route('/', createChatRoutes({ ...parts, watchable }))

    .get('/stream/:id', async (c) => c.json(await viewFor(await watchable(c), c.get('user'))))

    .patch('/stream/:id', signedIn, limited('edit'), unsuspended, body(UpdateStream), async (c) => {
      const { stream, caller } = await own(c);
      const { scheduledFor, visibility, title, description, trim } = c.req.valid('json');
      const begun = visibility !== undefined || scheduledFor !== undefined;
      if (visibility !== undefined) requireSigning(visibility);
      if (trim) await recordings.trim(stream, { from: trim.startSeconds, to: trim.endSeconds });
      // who may watch a recording can be changed once it is all there
      const reopens = (now: Stream) => visibility !== undefined && scheduledFor === undefined && isKept(now);
      if (visibility !== undefined && reopens(stream)) await recordings.openTo(stream, visibility);
      const edit: StreamEdit = {
        ...(title !== undefined && { title }),
        ...(description !== undefined && { description }),
        ...(visibility !== undefined && { visibility }),
        ...(scheduledFor !== undefined && {
          scheduledFor: scheduledFor === null ? undefined : parseAhead(scheduledFor, clock().getTime()),
        }),
      };
      const outcome = await streams.edit(
        stream.id,
        edit,
        clock().getTime(),
        (now) => !begun || now.state === 'created' || reopens(now),
      );
      if (!outcome.edited) {
        if (!outcome.stream) throw streamNotFound();
        if (isOnAir(outcome.stream))
          throw new Refusal('stream-live', 'This can be changed before a show, not during it.');
        throw new Refusal(
          'stream-ended',
          visibility !== undefined && recording(outcome.stream).is === 'preparing'
            ? 'Who may watch can be changed once the recording is ready.'
            : 'This can be changed before a show, not after it.',
        );
      }
      // its key may be in somebody's hand already, and the other kind of show needs the other channel
      if (channelKind(outcome.stream) !== channelKind(stream) && (await streams.onAir(caller.userId)) === stream.id)
        await prepareChannel(outcome.stream);
      await changed({ before: stream, after: outcome.stream });
      if (outcome.stream.visibility !== stream.visibility) await eviction.ofAudience(outcome.stream);
      return c.json(await viewFor(outcome.stream, caller));
    })

    .post('/stream/:id/ingest', signedIn, limited('create'), unsuspended, async (c) => {
      const { stream, caller } = await own(c);
      requireCreator(c);
      if (isOver(stream)) throw streamEnded();
      if (stream.encoder) throw new Refusal('stream-live', 'This show is sent from an encoder.');
      // on the air its channel is as it should be, and must not be touched
      if (!isOnAir(stream)) {
        const taken = await streams.takeAir({ creatorId: caller.userId, id: stream.id });
        if (!taken.taken) throw alreadyLive(taken.onAir);
        await prepareChannel(stream);
      }
      return c.json({ ingest: await issueKey(stream) });
    })

    .post('/stream/:id/encoder', signedIn, limited('create'), async (c) => {
      const { stream, caller } = await own(c);
      requireCreator(c);
      if (isOver(stream)) throw streamEnded();
      if (stream.test) throw new Refusal('not-allowed', 'A test show is sent from a browser.');
      if (!isOnAir(stream)) {
        const taken = await streams.takeAir({ creatorId: caller.userId, id: stream.id });
        if (!taken.taken) throw alreadyLive(taken.onAir);
      }
      return c.json(await viewFor(await encoders.open(stream), caller));
    })

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

const parseAhead = (text: string, now: number): number => {
  const at = Date.parse(text);
  if (at > now && at < now + SHOW_LIMITS.aheadMs) return at;
  throw new Refusal('invalid-request', 'scheduledFor: a time to come, within a year', {
    details: { where: 'body', fields: [{ field: 'scheduledFor', message: 'a time to come, within a year' }] },
  });
};

const streamNotFound = () => new Refusal('stream-not-found', 'There is no such show.');
const streamEnded = () => new Refusal('stream-ended', 'This show is over.');
const alreadyLive = (streamId: StreamId) =>
  new Refusal('already-live', 'You are on the air already.', { details: { streamId } });
