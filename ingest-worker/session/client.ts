import type { CloseReason, ServerMessage } from '#wire';

/** One socket of a feed, as a session sees it. A feed has at most one at a time; an older one is fenced off. */
export type Client = {
  /** A plain client sends bytes of a container stream and nothing else; it is told nothing but why it is closed. */
  readonly mode: 'v1' | 'plain';
  say(message: ServerMessage): void;
  close(reason: CloseReason, detail?: string): void;
  /** Stops reading from the socket, so that TCP holds the sender back: where there is no window, or it is not kept. */
  hold(held: boolean): void;
};
