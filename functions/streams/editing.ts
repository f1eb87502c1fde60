import { Hono } from 'hono';
import { UpdateStream } from '#contract/show';
import { channelKind } from '#domain/channel';
import { isKept, isOnAir, recording, type Stream, type StreamEdit } from '#domain/stream';
import type { StreamStore } from '#store/streams';
import { type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { Changed } from '../shows/ending.ts';
import type { Eviction } from '../shows/eviction.ts';
import type { Recordings } from '../shows/recordings.ts';
import { streamNotFound } from '../shows/refusals.ts';
import type { Addressed } from './addressed.ts';
import { requireSigning } from './permission.ts';
import { parseScheduledFor } from './scheduled-for.ts';

export type EditParts = {
  limited: LimitedMiddleware;
  streams: Pick<StreamStore, 'edit' | 'onAir'>;
  recordings: Pick<Recordings, 'openTo' | 'trim'>;
  eviction: Pick<Eviction, 'ofAudience'>;
  changed: Changed;
  video: { canSign: boolean };
  clock: () => Date;
};

type Parts = EditParts & Pick<Addressed, 'own' | 'viewFor' | 'prepareChannel'>;

/** What a creator changes of a show: before it, during it and, where there is a recording, after it. */
export const createEditRoutes = ({
  limited,
  streams,
  recordings,
  eviction,
  changed,
  video,
  clock,
  own,
  viewFor,
  prepareChannel,
}: Parts) =>
  new Hono<RoomEnv>().patch('/stream/:id', signedIn, limited('edit'), unsuspended, body(UpdateStream), async (c) => {
    const { stream, caller } = await own(c);
    const { scheduledFor, visibility, title, description, category, language, trim } = c.req.valid('json');
    const begun = visibility !== undefined || scheduledFor !== undefined;
    requireSigning(video, visibility);
    if (trim) await recordings.trim(stream, { from: trim.startSeconds, to: trim.endSeconds });
    // who may watch a recording can be changed once it is all there
    const reopens = (now: Stream) => visibility !== undefined && scheduledFor === undefined && isKept(now);
    if (visibility !== undefined && reopens(stream)) await recordings.openTo(stream, visibility);
    const edit: StreamEdit = {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(category !== undefined && { category: category ?? undefined }),
      ...(language !== undefined && { language: language ?? undefined }),
      ...(visibility !== undefined && { visibility }),
      ...(scheduledFor !== undefined && {
        scheduledFor: scheduledFor === null ? undefined : parseScheduledFor(scheduledFor, clock().getTime()),
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
    // before it is told: what the show is from now on is nothing for whom it is no longer for
    if (outcome.stream.visibility !== stream.visibility) await eviction.ofAudience(outcome.stream);
    await changed({ before: stream, after: outcome.stream });
    return c.json(await viewFor(outcome.stream, caller));
  });
