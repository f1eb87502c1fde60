import type { UserId } from '#domain/ids';
import { isFindable } from '#domain/search';
import type { Stream } from '#domain/stream';
import type { Caller } from '../http/caller.ts';
import type { Access } from '../shows/access.ts';

/** Who searches; undefined for whoever is not signed in. */
export type Viewer = Caller | undefined;

export type VisibleParts = {
  access: Pick<Access, 'watchable'>;
  blocks: { apartAmong(one: UserId, people: readonly UserId[]): Promise<Set<UserId>> };
  bans: { bansAmong(creators: readonly UserId[], id: UserId): Promise<Set<UserId>> };
};

/** What of a find somebody may see. */
export const createVisible = ({ access, blocks, bans }: VisibleParts) => {
  /** Those of these people with whom the viewer has nothing to do: a block is between them. */
  const apart = async (viewer: Viewer, people: readonly UserId[]): Promise<Set<UserId>> =>
    viewer ? blocks.apartAmong(viewer.userId, [...new Set(people)]) : new Set();

  const visibleStreams = async (found: readonly Stream[], viewer: Viewer): Promise<Stream[]> => {
    const creators = [...new Set(found.map(({ creatorId }) => creatorId))];
    const [hidden, banned] = await Promise.all([
      apart(viewer, creators),
      viewer ? bans.bansAmong(creators, viewer.userId) : new Set<UserId>(),
    ]);
    const open = found.filter(
      (stream) => isFindable(stream) && !hidden.has(stream.creatorId) && !banned.has(stream.creatorId),
    );
    return access.watchable(open, viewer);
  };

  return { apart, visibleStreams };
};
export type Visible = ReturnType<typeof createVisible>;
