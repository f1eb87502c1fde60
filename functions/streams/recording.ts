import { Hono } from 'hono';
import { isLiveToViewers, recording, soFar, type Stream } from '#domain/stream';
import type { FiguresStore } from '#store/figures';
import { requireUser, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import type { Channels } from '../shows/channels.ts';
import { modeOf } from '../shows/mode.ts';
import type { Recordings } from '../shows/recordings.ts';
import type { LiveVideo } from '../video/live-video.ts';
import type { Addressed } from './addressed.ts';
import { requireMayTakeDown } from './permission.ts';

/**
 * How long a signed address is good. Of a show on the air so briefly that whoever loses access has lost the picture with it, whatever
 * they play it with; a crowd that asks so often would take the API's whole rate, and a recording tells nobody what is going on now
 * (infra/decisions/out-means-out.md). A channel has one playback id for all of its shows: no address may live until the next.
 */
const ADDRESS = { liveMs: 10_000, crowdMs: 60_000, recordingMs: 60_000 } as const;

export type RecordingParts = {
  limited: LimitedMiddleware;
  channels: Pick<Channels, 'of'>;
  figures: Pick<FiguresStore, 'ofMany'>;
  recordings: Pick<Recordings, 'remove'>;
  video: Pick<LiveVideo, 'playback' | 'file'>;
};

type Parts = RecordingParts & Pick<Addressed, 'find' | 'watchable' | 'own'>;

/** How a show is played, live and afterwards, and how its recording is kept as a file or deleted. */
export const createRecordingRoutes = ({
  limited,
  channels,
  figures,
  recordings,
  video,
  find,
  watchable,
  own,
}: Parts) => {
  const liveMs = async ({ id }: Stream): Promise<number> =>
    modeOf((await figures.ofMany([id])).get(id)) === 'poll' ? ADDRESS.crowdMs : ADDRESS.liveMs;

  return new Hono<RoomEnv>()
    .get('/stream/:id/playback', async (c) => {
      const stream = await watchable(c);
      const { is, playbackId } = recording(stream);
      const answer = async (kind: 'live' | 'recording', id: string, dvrId?: string) => {
        const signed =
          stream.visibility === 'public'
            ? undefined
            : { goodForMs: kind === 'live' ? await liveMs(stream) : ADDRESS.recordingMs };
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

/** At three bytes each, and with an extension, they fit into the 255 bytes that file systems have for a name. */
const FILE_NAME_UNITS = 80;

/** A name for a file that every system takes: the title's letters, with their marks, and digits. */
const fileName = (title: string): string =>
  title
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .slice(0, FILE_NAME_UNITS)
    // half of a letter may be left at the end
    .replaceAll(/^-+|[-\p{Cs}]+$/gu, '') || 'recording';
