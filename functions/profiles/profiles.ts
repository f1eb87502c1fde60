import type { MeView, PersonView, ProfileView } from '#contract/http';
import type { StreamId, UserId } from '#domain/ids';
import { avatarUrlOf, coverOf, type Following, type Person, type User } from '#domain/user';
import type { Caller, Role } from '../http/caller.ts';

/** What a profile is put together from. */
export type ProfileSources = {
  users: { find(id: UserId): Promise<User | undefined>; following(id: UserId): Promise<Following> };
  follows: { follows(follower: UserId, followee: UserId): Promise<boolean> };
  blocks: { blocks(blocker: UserId, blocked: UserId): Promise<boolean> };
  pushes: { rings(listener: UserId, creator: UserId): Promise<boolean> };
  /** The stream that somebody is on the air with, where this viewer may watch it. */
  onAir: (id: UserId, viewer: Pick<Caller, 'userId' | 'roles'> | undefined) => Promise<StreamId | undefined>;
};

/** A person beside a stream, post or comment. */
export const toPersonView = (person: Person): PersonView => {
  const { id, handle, name } = person;
  const avatarUrl = avatarUrlOf(person);
  return { id, handle, name, ...(avatarUrl !== undefined && { avatarUrl }) };
};

/** Profiles as others, and as their owners, see them. */
export const createProfiles = ({ users, follows, blocks, pushes, onAir }: ProfileSources) => {
  const profileOf = async (
    user: User,
    viewer: Caller | undefined,
    watcher: Pick<Caller, 'userId' | 'roles'> | undefined = viewer,
  ): Promise<ProfileView> => {
    const [counts, followed, blocked, notified, liveStreamId] = await Promise.all([
      users.following(user.id),
      viewer && follows.follows(viewer.userId, user.id),
      viewer && blocks.blocks(viewer.userId, user.id),
      viewer && pushes.rings(viewer.userId, user.id),
      onAir(user.id, watcher),
    ]);
    return {
      ...toPersonView(user),
      ...(user.bio !== undefined && { bio: user.bio }),
      ...(user.links && { links: user.links.map(({ title, url }) => ({ title, url })) }),
      ...(user.cover && { cover: coverOf(user) }),
      creator: user.creator,
      ...counts,
      ...(followed !== undefined && { followed }),
      ...(blocked !== undefined && { blocked }),
      ...(notified !== undefined && { notified }),
      ...(liveStreamId !== undefined && { liveStreamId }),
    };
  };

  const meOf = async (user: User, roles: readonly Role[]): Promise<MeView> => ({
    ...(await profileOf(user, undefined, { userId: user.id, roles })),
    roles: [...roles],
    createdAt: new Date(user.createdAt).toISOString(),
  });

  return {
    profileOf: (user: User, viewer: Caller | undefined) => profileOf(user, viewer),
    meOf,
    /** The caller's own profile; undefined where the account has gone since. */
    me: async ({ userId, roles }: Caller): Promise<MeView | undefined> => {
      const user = await users.find(userId);
      return user && meOf(user, roles);
    },
  };
};
export type Profiles = ReturnType<typeof createProfiles>;
