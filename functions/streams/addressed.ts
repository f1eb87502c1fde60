import type { Context } from 'hono';
import type { Stream } from '#domain/stream';
import type { Caller, RoomEnv } from '../http/caller.ts';

/** What the routes of shows have in common: which show a request is about, and what its caller sees of it. */
export type Addressed = {
  /** The stream that a path names. */
  find: (c: Context<RoomEnv>) => Promise<Stream>;
  /** The same; throws where this viewer may not see it. */
  watchable: (c: Context<RoomEnv>) => Promise<Stream>;
  /** The same; throws where it is not the caller's. */
  own: (c: Context<RoomEnv>) => Promise<{ stream: Stream; caller: Caller }>;
  /** What this caller sees of a stream. */
  viewFor: (stream: Stream, caller: Caller | undefined) => Promise<object>;
  /** Makes the channel of a show that has just got the air ready for it. */
  prepareChannel: (stream: Stream) => Promise<void>;
};
