import { type Context, Hono } from 'hono';
import { latest, onHttp, startLambda } from '../lambda.ts';
import { createPeople } from '../people.ts';
import { createStreaming } from '../streaming.ts';
import { buildPostsRoom } from '../rooms/posts.ts';
import { buildSearchRoom } from '../rooms/search.ts';

const room = await startLambda('posts', {
  env: process.env,
  needs: ['CURSOR_SECRET'],
  build: (lambda) => {
    const { base } = lambda;
    const people = createPeople(base);
    const streaming = createStreaming(base, people);
    const posts = buildPostsRoom(base, people, streaming, base.publish);
    const search = buildSearchRoom(base, people, streaming);
    const toSearch = (c: Context) => search.fetch(c.req.raw, c.env);
    return onHttp(
      new Hono()
        .all('/search', toSearch)
        .all('/search/*', toSearch)
        .all('*', (c) => posts.fetch(c.req.raw, c.env)),
      lambda,
    );
  },
});

/** `/posts` and `/search`, and below them. */
export const handler = latest(room);
