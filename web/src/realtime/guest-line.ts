import { GuestMessage } from '#contract/guest-messages';
import type { Ticket } from '#contract/http';
import { ServerMessage } from '#contract/realtime';
import { ApiError, isErrorCode, json } from '../api/api-error.ts';
import type { LiveUpdatesParts } from './live-updates.ts';
import { createSocketLink } from './socket-link.ts';

type Parts = Pick<LiveUpdatesParts, 'openSocket' | 'after' | 'onWake' | 'random'> & {
  /** For each socket another one. */
  ticket: () => Promise<Pick<Ticket, 'ticket' | 'expiresAt'>>;
};

type Listener = {
  /** The socket is open, for the first time or another one. */
  opened: () => void;
  hear: (message: GuestMessage) => void;
  refused: (refusal: ApiError) => void;
  /** Whether it is there, or was there or tried in vain. */
  reached: (reached: boolean) => void;
};

/** A realtime socket that is in no audience: what is said on it is of guests. It comes back by itself until it is stopped. */
export const openGuestLine = ({ onWake, ...parts }: Parts, { opened, hear, refused, reached }: Listener) => {
  const over = new AbortController();
  const link = createSocketLink(parts, {
    signal: over.signal,
    join: () => {
      opened();
      link.happened({ type: 'joined', mode: 'push' });
    },
    hear: (text) => {
      const said = json(text);
      const message = GuestMessage.safeParse(said);
      if (message.success) return hear(message.data);
      const { success, data } = ServerMessage.safeParse(said);
      if (!success || data.type !== 'refused' || !isErrorCode(data.error)) return;
      // by a server that does not hear this socket any more
      if (data.error === 'too-many-requests') return link.happened({ type: 'closed' });
      refused(new ApiError({ code: data.error, message: data.message }));
    },
    moved: (before, now) => {
      if (now.at !== before.at && (now.at === 'waiting' || now.at === 'joined')) reached(now.at === 'joined');
    },
  });
  const stopHearingWakes = onWake(() => link.happened({ type: 'woken' }));
  link.happened({ type: 'started', mine: true });
  return {
    say: link.say,
    stop: () => {
      stopHearingWakes();
      over.abort();
      link.stop();
    },
  };
};
