import { Hono } from 'hono';
import { HeldWords } from '#contract/chat';
import { type ModerationStore, MODERATORS_MOST } from '#store/moderation';
import { requireUser, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body } from '../http/valid.ts';
import type { People } from './people.ts';

export type ModerationParts = {
  limited: LimitedMiddleware;
  moderation: Pick<ModerationStore, 'name' | 'unname' | 'moderators' | 'words' | 'setWords'>;
  clock: () => Date;
};

/** Whom a creator has named to moderate, and which words are held back in the creator's chats. */
export const createModerationRoutes = ({
  limited,
  moderation,
  clock,
  people,
}: ModerationParts & { people: People }) => {
  const routes = new Hono<RoomEnv>();
  const now = () => clock().getTime();

  routes.get('/users/me/moderators', signedIn, async (c) => {
    const { userId } = requireUser(c);
    return c.json(await people.page('moderators', await moderation.moderators(userId), undefined));
  });

  routes.put('/users/me/moderators/:handle', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await people.another(caller, c.req.param('handle'), 'name');
    if (!(await moderation.name(caller.userId, user.id, now())))
      throw new Refusal(
        'moderators-full',
        `You have ${MODERATORS_MOST} moderators, and there can be no more. Remove one first.`,
      );
    return c.body(null, 204);
  });

  routes.delete('/users/me/moderators/:handle', signedIn, limited('follow'), async (c) => {
    const caller = requireUser(c);
    const user = await people.another(caller, c.req.param('handle'), 'name');
    await moderation.unname(caller.userId, user.id);
    return c.body(null, 204);
  });

  routes.get('/users/me/held-words', signedIn, async (c) =>
    c.json({ words: await moderation.words(requireUser(c).userId) }),
  );

  routes.put('/users/me/held-words', signedIn, limited('profile'), body(HeldWords), async (c) => {
    const { words } = c.req.valid('json');
    await moderation.setWords(requireUser(c).userId, words);
    return c.json({ words });
  });

  return routes;
};
