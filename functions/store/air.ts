import type { StreamId } from '#domain/ids';
import { freesChannelAt, type Stream } from '#domain/stream';
import type { Part, Table } from './dynamo.ts';
import { airKey, streamItemKey } from './keys.ts';
import { readStream } from './stream-record.ts';

/** A show needs its creator's air to begin, so that two of one creator are never on the air at once. */
export const holdsAir = ({ id, creatorId }: Pick<Stream, 'id' | 'creatorId'>): Part<'no-air'> => ({
  or: 'no-air',
  check: airKey(creatorId),
  when: { expression: 'streamId = :id', values: { ':id': { S: id } } },
});

/** A show needs a channel on which the show before has left nothing open at Mux: else it would go on in that one's recording. */
export const isFree = async (table: Table, before: StreamId | undefined, now: number): Promise<boolean> => {
  const item = before && (await table.get(streamItemKey(before)));
  return !item || (freesChannelAt(readStream(item).stream) ?? Infinity) <= now;
};
