import type { UrlAnswer } from '#ingest-client/dial';
import type { LeftoverEvent } from '#ingest-client/leftover';

/** What the page tells the worker that sends what pages which are gone have left. */
export type ToLeftovers = { type: 'url'; id: number; answer: UrlAnswer };

export type FromLeftovers =
  | { type: 'url-wanted'; id: number; streamId: string }
  | { type: 'leftover'; name: string; streamId: string; event: LeftoverEvent }
  /** There is nothing, or nothing more, to be sent. */
  | { type: 'done' };
