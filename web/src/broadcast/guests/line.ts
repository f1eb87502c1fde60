import type { GuestMessage } from '#contract/guest-messages';
import type { ClientMessage } from '#contract/realtime';

/** What the realtime room has refused; it does not say of which message. */
export type Refused = Error & { readonly code: string };

export type LineListener = {
  /** It is open, for the first time or again: what was said while it was not is lost. */
  opened: () => void;
  hear: (message: GuestMessage) => void;
  refused: (refusal: Refused) => void;
  /** Whether it is there, or was there or tried in vain. */
  reached: (reached: boolean) => void;
};

/** A line to the realtime room, which comes back by itself until it is stopped. */
export type Line = { say: (message: ClientMessage) => void; stop: () => void };
