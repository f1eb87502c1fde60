import type { Context } from 'hono';
import { Hono } from 'hono';
import { ChatQuery, Moderate, React, Say } from '#contract/chat';
import { PageQuery } from '#contract/http';
import type { Stream } from '#domain/stream';
import type { Cursors } from '#store/cursor';
import { requireUser, type RoomEnv, signedIn, unsuspended } from '../http/caller.ts';
import type { LimitedMiddleware } from '../http/limited.ts';
import { body, openCursor, query } from '../http/valid.ts';
import type { Chat } from '../shows/chat.ts';
import type { Moderating } from '../shows/moderating.ts';

export type ChatParts = { limited: LimitedMiddleware; chat: Chat; moderating: Moderating; cursors: Cursors };

type Parts = ChatParts & {
  /** The stream that a path names; throws where this viewer may not see it. */
  watchable: (c: Context<RoomEnv>) => Promise<Stream>;
};

/** What the audience of a show says, and what its moderators do about it. */
export const createChatRoutes = ({ limited, chat, moderating, cursors, watchable }: Parts) =>
  new Hono<RoomEnv>()
    .get('/stream/:id/chat', query(ChatQuery), async (c) => {
      const stream = await watchable(c);
      const { before, after, at, limit } = c.req.valid('query');
      if (at !== undefined) return c.json(await chat.at(stream, at * 1_000, limit));
      return c.json(
        await (after === undefined ? chat.before(stream, before, limit) : chat.after(stream, after, limit)),
      );
    })

    .post('/stream/:id/chat', signedIn, limited('chat'), body(Say), async (c) => {
      const caller = requireUser(c);
      const said = await chat.say(await watchable(c), caller, c.req.valid('json'));
      return c.json(said, 201);
    })

    .get('/stream/:id/chat/standing', signedIn, async (c) =>
      c.json(await chat.standing(await watchable(c), requireUser(c))),
    )

    .post('/stream/:id/reactions', limited('react'), body(React), async (c) => {
      await chat.react(await watchable(c), c.req.valid('json').kind);
      return c.body(null, 204);
    })

    .post('/stream/:id/moderation', signedIn, limited('moderate'), unsuspended, body(Moderate), async (c) => {
      await moderating.act(await watchable(c), requireUser(c), c.req.valid('json'));
      return c.body(null, 204);
    })

    .get('/stream/:id/moderation', signedIn, query(PageQuery), async (c) => {
      const stream = await watchable(c);
      const { limit, cursor } = c.req.valid('query');
      const list = `acts:${stream.creatorId}`;
      const { next, ...page } = await moderating.log(stream, requireUser(c), {
        limit,
        after: openCursor(cursors, list, cursor),
      });
      return c.json({ ...page, cursor: cursors.seal(list, next) });
    });
