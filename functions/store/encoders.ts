import { encoderKind, isUsable, showBefore, withOwnWord, withShow } from '#domain/channel';
import type { StreamId } from '#domain/ids';
import { isOver, step } from '#domain/stream';
import { holdsAir, isFree } from './air.ts';
import { channelMove, readChannel } from './channel-record.ts';
import type { Table } from './dynamo.ts';
import { streamItemKey } from './keys.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { stillSignedIn } from './signed-out.ts';
import { readStream, streamMove } from './stream-record.ts';
import type { Change } from './streams.ts';

type Opened =
  | { opened: true; change: Change; liveStreamId: string }
  /** `held`: something else has the air, or the show before is not closed at Mux; `fed`: a worker has it already. */
  | { opened: false; because: 'unknown' | 'ended' | 'fed' | 'held' | 'signed-out' };

/** What a show that its creator's own encoder feeds has in place of a worker's lease. */
export const createEncoderStore = ({ table }: { table: Table }) => ({
  /**
   * Gives the show its channel for encoders, from `now` on. Told again it changes nothing. Mux is to be told by who calls: an encoder
   * that gets in any earlier would be of no show.
   *
   * @param caller.signedInAt when who asks for it signed in; undefined where their issuer does not tell
   */
  open: (id: StreamId, { signedInAt, now }: { signedInAt: number | undefined; now: number }) =>
    retryOnConflict<Opened>(async () => {
      const item = await table.get(streamItemKey(id));
      if (!item) return { settled: { opened: false, because: 'unknown' } };
      const found = readStream(item);
      const { stream } = found;
      if (isOver(stream)) return { settled: { opened: false, because: 'ended' } };
      const channel = await readChannel(table, stream.creatorId, encoderKind(stream.visibility));
      const liveStreamId = channel.channel.live?.id;
      if (liveStreamId === undefined || !isUsable(channel.channel))
        return { settled: { opened: false, because: 'unknown' } };
      if (stream.encoder) return { settled: { opened: true, change: { before: stream, after: stream }, liveStreamId } };

      const after = step(stream, { type: 'opened', at: now });
      if (after === stream) return { settled: { opened: false, because: 'fed' } };
      if (!(await isFree(table, showBefore(channel.channel, id), now)))
        return { settled: { opened: false, because: 'held' } };
      const taking = withOwnWord(channel.channel, liveStreamId, 'encoder', now);
      const written = await table.transact([
        streamMove(found, after),
        holdsAir(stream),
        stillSignedIn(stream.creatorId, signedInAt ?? now),
        channelMove(channel, withShow(taking, id, now)),
      ]);
      if (written.done) return { settled: { opened: true, change: { before: stream, after }, liveStreamId } };
      if (written.because === 'signed-out') return { settled: { opened: false, because: 'signed-out' } };
      return written.because === 'no-air' ? { settled: { opened: false, because: 'held' } } : 'conflict';
    }),
});
export type EncoderStore = ReturnType<typeof createEncoderStore>;
