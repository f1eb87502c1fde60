import type { UserId } from '#domain/ids';
import type { StreamStore } from '#store/streams';
import type { Tasks } from '#store/tasks';
import type { Log } from '../http/log.ts';

type Parts = { streams: Pick<StreamStore, 'onAir' | 'get' | 'requestEnd'>; tasks: Tasks; log: Log; clock: () => Date };

/**
 * Ends the show that an encoder of somebody's own feeds, or that waits for one. For a room that does not speak to Mux: the sweep shuts
 * the encoder out there, within a minute, and nobody can watch meanwhile.
 */
export const createEndEncoders =
  ({ streams, tasks, log, clock }: Parts) =>
  async (creatorId: UserId): Promise<void> => {
    const id = await streams.onAir(creatorId);
    const stream = id && (await streams.get(id));
    if (!stream?.encoder) return;
    const ended = await streams.requestEnd(
      stream.id,
      { type: 'end-requested', at: clock().getTime(), because: 'finished' },
      ({ encoder }) => encoder !== undefined,
    );
    if (!ended || ended.after === ended.before) return;
    log.info('end requested', { streamId: stream.id, because: 'finished' });
    await tasks
      .send({ do: 'tell-moved', streamId: stream.id, from: ended.before.state })
      // the table says so to whoever asks
      .catch((error: unknown) => log.warn('nobody was told of the end', { streamId: stream.id, error }));
  };
export type EndEncoders = ReturnType<typeof createEndEncoders>;
