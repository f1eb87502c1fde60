import type { UserId } from '#domain/ids';
import type { Stream } from '#domain/stream';
import type { Caller } from '../http/caller.ts';
import { Refusal } from '../http/refusal.ts';

type Parts = {
  follows: {
    follows(follower: UserId, followee: UserId): Promise<boolean>;
    followedAmong(follower: UserId, people: readonly UserId[]): Promise<Set<UserId>>;
  };
};

type Viewer = Pick<Caller, 'userId' | 'roles'> | undefined;

/** Who may watch what: everybody what is public; what is for followers its creator, who follows them, and moderators. */
export const createAccess = ({ follows }: Parts) => {
  const mayWatch = async (stream: Stream, viewer: Viewer): Promise<boolean> =>
    stream.visibility === 'public' ||
    (viewer !== undefined && (isTheirs(stream, viewer) || (await follows.follows(viewer.userId, stream.creatorId))));

  return {
    mayWatch,

    /** Throws where the viewer may not. */
    requireWatch: async (stream: Stream, viewer: Viewer): Promise<void> => {
      if (await mayWatch(stream, viewer)) return;
      if (viewer) throw new Refusal('not-allowed', 'This show is for followers of its creator.');
      throw new Refusal('not-signed-in', 'This show is for followers of its creator. Sign in first.', {
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
