import { type Handle, type UserId } from '#domain/ids';
import type { User } from '#domain/user';
import { type Authenticate, identified } from '../http/caller.ts';
import { createRoom, type RoomParts } from '../http/room.ts';
import { jsonOnly } from '../http/valid.ts';
import { type AccountParts, createAccountRoutes } from './account.ts';
import { createFollowRoutes, type FollowParts } from './follows.ts';
import { createModerationRoutes, type ModerationParts } from './moderation.ts';
import { createNoticeRoutes, type NoticeParts } from './notices.ts';
import { createPeople } from './people.ts';

type Parts = RoomParts &
  AccountParts &
  FollowParts &
  NoticeParts &
  ModerationParts & {
    authenticate: Authenticate;
    users: {
      byHandle(handle: Handle): Promise<User | undefined>;
      findMany(ids: readonly UserId[]): Promise<Map<UserId, User>>;
    };
  };

/** The room of people: one's own profile, others' profiles, and who follows or has blocked whom. */
export const createUsersApp = (parts: Parts) => {
  const room = createRoom(parts);
  const people = createPeople(parts);
  room.use(jsonOnly);
  room.use('/users/*', identified(parts.authenticate));

  // what is one's own before what is named: nobody's handle is "me"
  room.route('/', createAccountRoutes(parts));
  room.route('/', createNoticeRoutes({ ...parts, people }));
  room.route('/', createModerationRoutes({ ...parts, people }));
  room.route('/', createFollowRoutes({ ...parts, people }));

  room.get('/users/:handle', async (c) =>
    c.json(await parts.profiles.profileOf(await people.named(c.req.param('handle')), c.get('user'))),
  );

  return room;
};
