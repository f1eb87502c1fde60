import type { UrlAnswer } from '#ingest-client/dial';

/** What the broadcast asks of the control plane. */
export type BroadcastPorts = {
  /** A fresh address with a fresh single-use key, for every attempt at a connection after the first. */
  getIngestUrl: (streamId: string) => Promise<UrlAnswer>;
  endStream: (streamId: string) => Promise<void>;
};

/** Makes the stream when Start is pressed. What it throws is put into words for the person. */
export type CreateStream = () => Promise<{ streamId: string; ingestUrl: string }>;
