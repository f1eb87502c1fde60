import { Hono } from 'hono';
import { SetPicture } from '#contract/http';
import { isPictured, type Stream } from '#domain/stream';
import type { ThumbnailSet, ThumbnailStore } from '#store/thumbnails';
import { type ArrivalParts, createArrival, uploadGone } from '../http/arrival.ts';
import { requireUser, type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { Changed } from '../shows/ending.ts';
import { streamNotFound } from '../shows/refusals.ts';
import type { Addressed } from './addressed.ts';
import { requireMayTakeDown } from './permission.ts';

export type ThumbnailParts = ArrivalParts & {
  limited: LimitedMiddleware;
  thumbnails: ThumbnailStore;
  changed: Changed;
  clock: () => Date;
};

type Parts = ThumbnailParts & Pick<Addressed, 'find' | 'own' | 'viewFor'>;

/** The picture that a creator shows of a show, before it, during it and with its recording. */
export const createThumbnailRoutes = ({
  limited,
  thumbnails,
  uploads,
  publish,
  changed,
  clock,
  find,
  own,
  viewFor,
}: Parts) => {
  const now = () => clock().getTime();
  const arrived = createArrival({ uploads, publish });

  /** Tells of the change, once it is made. */
  const told = async (outcome: ThumbnailSet): Promise<Stream> => {
    if (!outcome.set) throw whyNot(outcome.because);
    const { before, after } = outcome;
    if (before !== after) await changed({ before, after });
    return after;
  };

  return new Hono<RoomEnv>()
    .put('/stream/:id/thumbnail', signedIn, limited('edit'), unsuspended, body(SetPicture), async (c) => {
      const { stream, caller } = await own(c);
      const { uploadId } = c.req.valid('json');
      // asked again after a lost answer: it is in use already, and by this very show
      if (stream.thumbnail?.id === uploadId) return c.json(await viewFor(stream, caller));
      if (!isPictured(stream)) throw whyNot('not-allowed');
      const upload = await arrived(uploadId, caller.userId, { use: 'show', at: now() });
      return c.json(await viewFor(await told(await thumbnails.set(stream.id, upload, now(), isPictured)), caller));
    })

    .delete('/stream/:id/thumbnail', signedIn, limited('edit'), async (c) => {
      const caller = requireUser(c);
      const stream = await find(c);
      requireMayTakeDown(caller, stream);
      return c.json(await viewFor(await told(await thumbnails.set(stream.id, undefined, now())), caller));
    });
};

const whyNot = (because: Extract<ThumbnailSet, { set: false }>['because']): Refusal => {
  if (because === 'gone') return streamNotFound();
  if (because === 'upload-gone') return uploadGone();
  return new Refusal('stream-ended', 'There is nothing left of this show to have a picture of.');
};
