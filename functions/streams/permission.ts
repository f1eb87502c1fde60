import type { Stream } from '#domain/stream';
import { mayTakeDown } from '#domain/user';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';

/** Throws unless this caller may end this show, or delete its recording: its creator and moderators may. */
export const requireMayTakeDown = ({ userId, roles }: Caller, { creatorId }: Stream): void => {
  if (!mayTakeDown({ id: userId, moderator: roles.includes('moderator') }, creatorId))
    throw new Refusal('not-allowed', 'This is somebody else’s show.');
};

/** Throws where a show for followers only is wanted, and playback cannot be signed. */
export const requireSigning = (video: { canSign: boolean }, visibility: Stream['visibility'] | undefined): void => {
  if (visibility === 'followers' && !video.canSign)
    throw new Refusal('not-allowed', 'Shows for followers only are not set up here.');
};
