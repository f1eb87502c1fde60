import type { StreamId } from '#domain/ids';
import { Refusal } from '../http/refusal.ts';

export const streamNotFound = () => new Refusal('stream-not-found', 'There is no such show.');
export const streamEnded = () => new Refusal('stream-ended', 'This show is over.');
export const alreadyLive = (streamId: StreamId) =>
  new Refusal('already-live', 'You are on the air already.', { details: { streamId } });
