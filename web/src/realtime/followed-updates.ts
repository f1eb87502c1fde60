import type { StreamView } from '#contract/http';
import { ServerMessage } from '#contract/realtime';
import { json } from '../api/api-error.ts';
import { createSocketLink, type SocketLinkParts } from './socket-link.ts';

export type FollowedUpdatesParts = SocketLinkParts & {
  /** Tells when the browser is back on a network or the page is looked at again. */
  onWake: (listener: () => void) => () => void;
};

/**
 * Hears by a realtime socket of its own, until the answer is called, when somebody whom one follows begins or ends a show. A push is
 * a hint: who wants to be right asks as well.
 */
export const startFollowedUpdates = (
  { onWake, ...parts }: FollowedUpdatesParts,
  onShow: (stream: StreamView) => void,
): (() => void) => {
  const over = new AbortController();
  const link = createSocketLink(parts, {
    signal: over.signal,
    // a signed-in person's socket hears of this whatever audience it is in, or in none
    join: () => link.happened({ type: 'joined', mode: 'push' }),
    hear: (text) => {
      const parsed = ServerMessage.safeParse(json(text));
      if (parsed.success && parsed.data.type === 'followed') onShow(parsed.data.stream);
    },
  });
  const stopHearingWakes = onWake(() => link.happened({ type: 'woken' }));
  link.happened({ type: 'started', mine: true });
  return () => {
    over.abort();
    stopHearingWakes();
    link.stop();
  };
};
