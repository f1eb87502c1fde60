import { Hono } from 'hono';
import type { Ingest } from '#contract/http';
import { CreateStream } from '#contract/show';
import type { StreamId } from '#domain/ids';
import { isOnAir, isOver, newStream, type Stream } from '#domain/stream';
import { STREAM_LIMITS } from '#domain/stream-limits';
import type { IngestKeys } from '#store/ingest-keys';
import type { StreamStore } from '#store/streams';
import { type Caller, requireCreator, type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { Encoders } from '../shows/encoders.ts';
import { alreadyLive, streamEnded } from '../shows/refusals.ts';
import type { Addressed } from './addressed.ts';
import { requireSigning } from './permission.ts';
import { parseScheduledFor } from './scheduled-for.ts';

export type StartParts = {
  limited: LimitedMiddleware;
  streams: Pick<StreamStore, 'announce' | 'prepare' | 'takeAir'>;
  keys: Pick<IngestKeys, 'issue'>;
  encoders: Pick<Encoders, 'open'>;
  video: { canSign: boolean };
  clock: () => Date;
  newStreamId: (now: number) => StreamId;
  newKey: () => string;
  /** Where browsers open their ingest sockets. */
  ingestUrl: string;
};

type Parts = StartParts & Pick<Addressed, 'own' | 'viewFor' | 'prepareChannel'>;

/** How a show is made or announced, and where its media is brought: by a browser with a key, or by an encoder. */
export const createStartRoutes = ({
  limited,
  streams,
  keys,
  encoders,
  video,
  clock,
  newStreamId,
  newKey,
  ingestUrl,
  own,
  viewFor,
  prepareChannel,
}: Parts) => {
  const issueKey = async (stream: Stream, { signedInAt }: Caller): Promise<Ingest> => {
    const streamKey = newKey();
    const until = clock().getTime() + STREAM_LIMITS.ingestKeyMs;
    await keys.issue(streamKey, { streamId: stream.id, creatorId: stream.creatorId, until, signedInAt });
    return { url: `${ingestUrl}/${streamKey}`, streamKey, expiresAt: new Date(until).toISOString() };
  };

  const takeAir = async ({ creatorId, id }: Stream): Promise<void> => {
    const taken = await streams.takeAir({ creatorId, id });
    if (!taken.taken) throw alreadyLive(taken.onAir);
  };

  return new Hono<RoomEnv>()
    .post('/stream/create', signedIn, limited('create'), unsuspended, body(CreateStream), async (c) => {
      const caller = requireCreator(c);
      const now = clock().getTime();
      const { scheduledFor, source, ...draft } = c.req.valid('json');
      requireSigning(video, draft.visibility);
      const fresh = newStream({
        ...draft,
        id: newStreamId(now),
        creatorId: caller.userId,
        createdAt: now,
        scheduledFor: scheduledFor === undefined ? undefined : parseScheduledFor(scheduledFor, now),
      });
      if (fresh.scheduledFor !== undefined) {
        await streams.announce(fresh);
        return c.json({ stream: await viewFor(fresh, caller) }, 201);
      }
      const prepared = await streams.prepare({ creatorId: caller.userId, draft, fresh });
      if (!prepared.prepared) throw alreadyLive(prepared.onAir);
      if (source === 'encoder')
        return c.json({ stream: await viewFor(await encoders.open(prepared.stream, caller), caller) }, 201);
      await prepareChannel(prepared.stream);
      const ingest = await issueKey(prepared.stream, caller);
      return c.json({ stream: await viewFor(prepared.stream, caller), ingest }, 201);
    })

    .post('/stream/:id/ingest', signedIn, limited('create'), unsuspended, async (c) => {
      const { stream, caller } = await own(c);
      requireCreator(c);
      if (isOver(stream)) throw streamEnded();
      if (stream.encoder) throw new Refusal('stream-live', 'This show is sent from an encoder.');
      // on the air its channel is as it should be, and must not be touched
      if (!isOnAir(stream)) {
        await takeAir(stream);
        await prepareChannel(stream);
      }
      return c.json({ ingest: await issueKey(stream, caller) });
    })

    .post('/stream/:id/encoder', signedIn, limited('create'), unsuspended, async (c) => {
      const { stream, caller } = await own(c);
      requireCreator(c);
      if (isOver(stream)) throw streamEnded();
      if (stream.test) throw new Refusal('not-allowed', 'A test show is sent from a browser.');
      if (!isOnAir(stream)) await takeAir(stream);
      return c.json(await viewFor(await encoders.open(stream, caller), caller));
    });
};
