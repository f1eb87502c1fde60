import type { MediaMessage, Tracks } from '../recording/flv.ts';

/** Passes a broadcast on to where its creator also wants to be seen. */
export type Relay = {
  starting: (liveStreamId: string) => void;
  media: (liveStreamId: string, message: MediaMessage, tracks: Tracks) => void;
  ended: (liveStreamId: string) => void;
  close: () => Promise<void>;
};
export const createRelay = (): Relay => ({ starting() {}, media() {}, ended() {}, async close() {} });
