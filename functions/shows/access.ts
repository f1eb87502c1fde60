import type { PersonView } from '#contract/http';
import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';

type Parts = {
  follows: {
    follows(follower: UserId, followee: UserId): Promise<boolean>;
    followedAmong(follower: UserId, people: readonly UserId[]): Promise<Set<UserId>>;
  };
  /** Whether a creator, or a moderator of theirs, keeps somebody out. */
  isKeptOut: (creator: UserId, id: UserId) => Promise<boolean>;
};

type Viewer = Pick<Caller, 'userId' | 'roles'> | undefined;

/**
 * Who may watch what: everybody what is public; what is for followers its creator, who follows them, and moderators. Nobody whom
 * its creator has blocked, or who is banned from their shows.
 */
export const createAccess = ({ follows, isKeptOut }: Parts) => {
  const keepsOut = async (stream: Stream, viewer: Viewer): Promise<boolean> =>
    viewer !== undefined && !isTheirs(stream, viewer) && (await isKeptOut(stream.creatorId, viewer.userId));

  const mayWatch = async (stream: Stream, viewer: Viewer): Promise<boolean> => {
    if (await keepsOut(stream, viewer)) return false;
    if (stream.visibility === 'public') return true;
    return (
      viewer !== undefined && (isTheirs(stream, viewer) || (await follows.follows(viewer.userId, stream.creatorId)))
    );
  };

  return {
    mayWatch,

    /**
     * Throws where the viewer may not.
     *
     * @param whose told with the refusal to whoever could follow its creator
     */
    requireWatch: async (
      stream: Stream,
      viewer: Viewer,
      whose: () => Promise<PersonView | undefined> = async () => undefined,
    ): Promise<void> => {
      if (await mayWatch(stream, viewer)) return;
      if (await keepsOut(stream, viewer)) throw new Refusal('blocked', 'You cannot watch the shows of this creator.');
      const creator = await whose();
      const details = creator && { details: { creator } };
      if (viewer) throw new Refusal('not-allowed', 'This show is for followers of its creator.', details);
      throw new Refusal('not-signed-in', 'This show is for followers of its creator. Sign in first.', {
        ...details,
        headers: { 'WWW-Authenticate': 'Bearer realm="vybzz"' },
      });
    },

    /** Those of a list that the viewer may watch. */
    watchable: async (streams: readonly Stream[], viewer: Viewer): Promise<Stream[]> => {
      const closed = streams.filter(
        (stream) => stream.visibility !== 'public' && !(viewer && isTheirs(stream, viewer)),
      );
      const followed =
        viewer && closed.length > 0
          ? await follows.followedAmong(viewer.userId, [...new Set(closed.map(({ creatorId }) => creatorId))])
          : new Set<UserId>();
      return streams.filter((stream) => !closed.includes(stream) || followed.has(stream.creatorId));
    },
  };
};
export type Access = ReturnType<typeof createAccess>;

const isTheirs = (stream: Stream, viewer: NonNullable<Viewer>): boolean =>
  stream.creatorId === viewer.userId || viewer.roles.includes('moderator');
