import type { Invitation } from '#contract/guests';
import type { UrlAnswer } from '#ingest-client/dial';
import type { Line, LineListener } from './guests/line.ts';

/** What the broadcast asks of the control plane. */
export type BroadcastPorts = {
  /** A fresh address with a fresh single-use key, for every attempt at a connection after the first. */
  getIngestUrl: (streamId: string) => Promise<UrlAnswer>;
  endStream: (streamId: string) => Promise<void>;
};

/** Makes the stream when Start is pressed. What it throws is put into words for the person. */
export type CreateStream = () => Promise<{ streamId: string; ingestUrl: string }>;

/** What is asked of the control plane for guests. */
export type GuestPorts = {
  invite: (streamId: string) => Promise<Invitation>;
  revoke: (streamId: string) => Promise<void>;
  openLine: (listener: LineListener) => Line;
  /** Runs `work` once, later; the answer calls it off. */
  after: (ms: number, work: () => void) => () => void;
};
