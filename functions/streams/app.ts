import type { Context } from 'hono';
import { Beat, type Ingest, PageQuery, StreamQuery } from '#contract/http';
import { CreateStream, SHOW_LIMITS, UpdateStream } from '#contract/show';
import { channelKind } from '#domain/channel';
import { type Handle, parseHandle, parseStreamId, type StreamId } from '#domain/ids';
import {
  isKept,
  isLiveToViewers,
  isOnAir,
  isOver,
  newStream,
  recording,
  soFar,
  type Stream,
  type StreamEdit,
} from '#domain/stream';
import { STREAM_LIMITS } from '#domain/stream-limits';
import { mayTakeDown, type User } from '#domain/user';
import type { Cursors } from '#store/cursor';
import type { Position } from '#store/dynamo';
import type { FiguresStore } from '#store/figures';
import type { IngestKeys } from '#store/ingest-keys';
import { placeInList, placeOfCreator, type StreamPage, type StreamStore } from '#store/streams';
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
import { filledPage } from '../http/filled-page.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { body, jsonOnly, openCursor, query } from '../http/valid.ts';
import type { LiveVideo } from '../video/live-video.ts';
import type { Access } from '../shows/access.ts';
import type { Channels } from '../shows/channels.ts';
import type { Eviction } from '../shows/eviction.ts';
import type { Changed, Ending } from '../shows/ending.ts';
import type { Recordings } from '../shows/recordings.ts';
import { type Presence, viewerOf } from '../shows/presence.ts';
import { type ChatParts, createChatRoutes } from './chat.ts';
import { createEncoderRoutes, type EncoderParts } from './encoder.ts';
import { createSimulcastRoutes, type SimulcastParts } from './simulcast.ts';
import type { StreamViews } from '../shows/views.ts';

type Parts = RoomParts &
  SimulcastParts &
  EncoderParts &
  ChatParts & {
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
    people: { byHandle(handle: Handle): Promise<User | undefined> };
    video: SimulcastParts['video'] & Pick<LiveVideo, 'playback' | 'canSign' | 'file'>;
    cursors: Cursors;
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
    people,
    video,
    cursors,
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

  type Asked = { limit: number; cursor?: string | undefined };

  /** One page of a list, of what the caller may see and `wanted` lets through. */
  const page = async (
    c: Context<RoomEnv>,
    {
      list,
      asked,
      look,
      placeOf,
      wanted = () => true,
    }: {
      list: string;
      asked: Asked;
      look: (ask: { limit: number; after: Position | undefined }) => Promise<StreamPage>;
      placeOf: (stream: Stream) => Position;
      wanted?: (stream: Stream) => boolean;
    },
  ) => {
    const { items, next } = await filledPage({
      limit: asked.limit,
      after: openCursor(cursors, list, asked.cursor),
      look,
      views: async (found) => views.views(await access.watchable(found.filter(wanted), c.get('user'))),
      placeOf,
    });
    return c.json({ items, cursor: cursors.seal(list, next) });
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

    .get('/stream', query(StreamQuery), async (c) => {
      const { state, creator, ...asked } = c.req.valid('query');
      if (creator !== undefined) {
        const handle = parseHandle(creator);
        const user = handle && (await people.byHandle(handle));
        if (!user) throw new Refusal('user-not-found', 'There is nobody of this name.');
        return page(c, {
          list: `streams:of:${user.id}`,
          asked,
          look: (ask) => streams.byCreator({ creatorId: user.id, begun: true, ...ask }),
          placeOf: placeOfCreator,
          wanted: (stream) => state === undefined || IN_STATE[state](stream),
        });
      }
      const list = state ?? 'live';
      return page(c, { list: `streams:${list}`, asked, look: streams[list], placeOf: placeInList });
    })

    .get('/stream/mine', query(PageQuery), async (c) => {
      const { userId } = requireUser(c);
      return page(c, {
        list: `streams:mine:${userId}`,
        asked: c.req.valid('query'),
        look: (ask) => streams.byCreator({ creatorId: userId, begun: false, ...ask }),
        placeOf: placeOfCreator,
      });
    })

    .route('/', createSimulcastRoutes(parts))

    .route('/', createEncoderRoutes(parts))

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

    .get('/stream/:id/playback', async (c) => {
      const stream = await watchable(c);
      const signed = stream.visibility !== 'public';
      const { is, playbackId } = recording(stream);
      const answer = async (kind: 'live' | 'recording', id: string, dvrId?: string) => {
        const [played, dvr] = await Promise.all([
          video.playback({ playbackId: id, kind, signed }),
          dvrId === undefined ? undefined : video.playback({ playbackId: dvrId, kind: 'recording', signed }),
        ]);
        return c.json({ kind, ...played, ...(dvr && { dvr: dvr.hls }) }, 200, {
          'Cache-Control': signed ? 'private, no-store' : 'public, max-age=2',
        });
      };
      if (playbackId !== undefined) return answer('recording', playbackId);
      if (isLiveToViewers(stream)) {
        const { live } = await channels.of(stream);
        if (live) return answer('live', live.playbackId, soFar(stream));
      }
      if (stream.state !== 'ended') throw new Refusal('not-live-yet', 'The show has not begun yet.');
      if (is === 'preparing') throw new Refusal('stream-ended', 'The show is over; its recording is being prepared.');
      throw new Refusal('recording-gone', 'There is no recording of this show.');
    })

    .post('/stream/:id/end', signedIn, limited('end'), async (c) => {
      const caller = requireUser(c);
      const stream = await find(c);
      requireMayTakeDown(caller, stream);
      const theirs = stream.creatorId === caller.userId;
      const ended = stream.state === 'ended' ? stream : await ending.end(stream, theirs ? 'finished' : 'moderated');
      return c.json(await viewFor(ended, caller));
    })

    .post('/stream/:id/recording/file', signedIn, limited('edit'), async (c) => {
      const { stream } = await own(c);
      const { assetId, playbackId } = recording(stream);
      const gone = () => new Refusal('recording-gone', 'There is no recording of this show to keep.');
      if (stream.state !== 'ended' || assetId === undefined || playbackId === undefined) throw gone();
      const signed = stream.visibility !== 'public';
      const file = await video.file({ assetId, playbackId, signed, name: fileName(stream.title) });
      if (file.is === 'none') throw gone();
      return c.json(file, 200, { 'Cache-Control': 'private, no-store' });
    })

    .delete('/stream/:id/recording', signedIn, limited('remove'), async (c) => {
      const caller = requireUser(c);
      const stream = await find(c);
      requireMayTakeDown(caller, stream);
      if (stream.state !== 'ended')
        throw new Refusal('stream-live', 'The recording can be deleted once the show is over.');
      await recordings.remove(stream);
      return c.body(null, 204);
    });
};

/** A name for a file that every system takes. */
const fileName = (title: string): string =>
  title
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80) || 'recording';

/** What a list of shows may be narrowed to. */
const IN_STATE: Record<NonNullable<StreamQuery['state']>, (stream: Stream) => boolean> = {
  live: isLiveToViewers,
  scheduled: ({ state, scheduledFor }) => state === 'created' && scheduledFor !== undefined,
  recorded: (stream) => stream.state === 'ended' && recording(stream).is === 'ready',
};

const parseAhead = (text: string, now: number): number => {
  const at = Date.parse(text);
  if (at > now && at < now + SHOW_LIMITS.aheadMs) return at;
  throw new Refusal('invalid-request', 'scheduledFor: a time to come, within a year', {
    details: { where: 'body', fields: [{ field: 'scheduledFor', message: 'a time to come, within a year' }] },
  });
};

const requireMayTakeDown = ({ userId, roles }: Caller, { creatorId }: Stream): void => {
  if (!mayTakeDown({ id: userId, moderator: roles.includes('moderator') }, creatorId))
    throw new Refusal('not-allowed', 'This is somebody else’s show.');
};

const streamNotFound = () => new Refusal('stream-not-found', 'There is no such show.');
const streamEnded = () => new Refusal('stream-ended', 'This show is over.');
const alreadyLive = (streamId: StreamId) =>
  new Refusal('already-live', 'You are on the air already.', { details: { streamId } });
