import { Hono } from 'hono';
import { PageQuery, Subscribe } from '#contract/http';
import type { Cursors } from '#store/cursor';
import type { PushStore } from '#store/pushes';
import { requireUser, type RoomEnv, signedIn } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { Refusal } from '../http/refusal.ts';
import { body, openCursor, query } from '../http/valid.ts';
import type { People } from './people.ts';

export type NoticeParts = {
  limited: LimitedMiddleware;
  pushes: Pick<PushStore, 'bells' | 'subscribe' | 'unsubscribe' | 'subscriptions'>;
  /** The key that subscriptions to Web Push are for; undefined where nobody can be told. */
  pushKey: string | undefined;
  isPushEndpoint: (endpoint: string) => boolean;
  arePushKeys: (keys: Subscribe['keys']) => boolean;
  cursors: Cursors;
  clock: () => Date;
};

/** Where somebody is told by Web Push that a show begins, and of whose shows. */
export const createNoticeRoutes = ({
  limited,
  pushes,
  pushKey,
  isPushEndpoint,
  arePushKeys,
  cursors,
  clock,
  people,
}: NoticeParts & { people: People }) => {
  const routes = new Hono<RoomEnv>();
  const now = () => clock().getTime();

  routes.get('/users/me/push', async (c) => {
    const browsers = await pushes.subscriptions(requireUser(c).userId);
    return c.json({ publicKey: pushKey, browsers: browsers.map(({ id }) => ({ id })) });
  });

  routes.put('/users/me/push', signedIn, limited('profile'), body(Subscribe), async (c) => {
    const { endpoint, keys } = c.req.valid('json');
    if (!isPushEndpoint(endpoint)) throw new Refusal('invalid-request', 'This is no push service’s address.');
    if (!arePushKeys(keys)) throw new Refusal('invalid-request', 'Nothing can be encrypted for these keys.');
    return c.json(await pushes.subscribe(requireUser(c).userId, { endpoint, ...keys }, now()));
  });

  routes.delete('/users/me/push/:id', signedIn, limited('profile'), async (c) => {
    await pushes.unsubscribe(requireUser(c).userId, c.req.param('id'));
    return c.body(null, 204);
  });

  routes.get('/users/me/bells', query(PageQuery), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { userId } = requireUser(c);
    const list = `bells:${userId}`;
    const page = await pushes.bells(userId, { limit, after: openCursor(cursors, list, cursor) });
    return c.json(await people.page(list, page.creators, page.next));
  });

  return routes;
};
